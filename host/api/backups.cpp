#include "host/api/backups.h"

#include "host/api/request.h"
#include "swapmeet/wire/backup.h"

namespace swapmeet {

void add_backups(Api& api, BackUp back_up) {
  api.add("POST", "/api/v1/backups",
          [back_up = std::move(back_up)](http::Request& request) -> Result<http::Response> {
            // Even to read: who writes files as the host can do anything as it.
            if (auto person = check_person(request); !person) return std::move(person).error();
            auto wanted = body_of<wire::Backup>(request);
            if (!wanted) return std::move(wanted).error();
            auto plugins = back_up(wanted->folder);
            if (!plugins) return std::move(plugins).error();
            return http::json(wire::to_json(wire::Backup{wanted->folder, *plugins}), 201);
          });
}

}  // namespace swapmeet
