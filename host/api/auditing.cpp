#include "host/api/auditing.h"

#include "host/auth/audit_log.h"

namespace swapmeet {

void record(const ApiContext& context, const http::Request& request, const std::string& what,
            const std::string& whom, const std::string& detail) {
  if (!context.audit) return;
  wire::AuditEntry entry;
  entry.who = request.identity.account;
  entry.address = request.remote_address;
  entry.what = what;
  entry.whom = whom;
  entry.detail = detail;
  context.audit->record(std::move(entry));
}

}  // namespace swapmeet
