#include "host/api/api.h"
#include "host/api/request.h"
#include "host/auth/audit_log.h"

namespace swapmeet {

void add_audit(Api& api) {
  api.add("GET", "/api/v1/audit",
          [audit = api.context().audit](http::Request& request) -> Result<http::Response> {
            if (auto person = check_person(request); !person) return std::move(person).error();
            if (!audit) return unsupported("this host keeps no audit log");
            auto page = page_of(request);
            if (!page) return std::move(page).error();
            const auto* whom = request.query_value("about");
            auto entries = audit->list(*page, whom ? *whom : std::string());
            if (!entries) return std::move(entries).error();
            return http::json(wire::to_json(*entries));
          });
}

}  // namespace swapmeet
