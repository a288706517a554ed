#include "host/cli/standing.h"

#include <fmt/format.h>

#include "host/cli/display.h"
#include "host/cli/human.h"

namespace swapmeet::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{250};
constexpr int kLooks = 32;
constexpr int kLooksForIndex = 8;

bool is_only_here(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

}  // namespace

Result<Session> session_of(const std::filesystem::path& config, Clock& clock) {
  Arguments arguments;
  arguments.options["--config"] = {config.string()};
  return Session::open(std::move(arguments), clock);
}

std::string reach_of(Session& session, const wire::StatusReport& first) {
  auto report = first;
  for (int look = 0; look < kLooks; ++look) {
    if (!report.unreachable.empty()) return "cannot reach it: " + report.unreachable;
    if (!report.index_problem.empty() && look >= kLooksForIndex)
      return "do not know of it yet: " + report.index_problem;
    const auto own = session.ask<PeerRecord>("GET", "/api/v1/peers/" + report.peer.text());
    if (own && own->present && own->dialable) {
      const auto where = HostPort{own->address, own->port}.text();
      return is_only_here(own->address)
                 ? "on this machine fetch from it at " + where + "; other machines cannot"
                 : "fetch from it at " + where;
    }
    session.clock().sleep_for(kBetweenLooks);
    auto again = session.ask<wire::StatusReport>("GET", "/api/v1/status");
    if (again) report = std::move(*again);
  }
  return "are not yet known to reach it; `swapmeet status` says how it goes";
}

std::string shares_of(Session& session) {
  const auto shares = session.ask<std::vector<ShareStatus>>("GET", "/api/v1/shares");
  if (!shares || shares->empty()) return "nothing yet: swapmeet share add FOLDER";
  ShareStatus all;
  bool is_looking = false;
  for (const auto& one : *shares) {
    all.files += one.files;
    all.bytes += one.bytes;
    all.waiting_files += one.waiting_files;
    is_looking = is_looking || one.scanning;
  }
  auto text = counted(shares->size(), "folder") + ", " + counted(all.files, "file") + ", " +
              human_size(all.bytes);
  if (all.waiting_files > 0)
    text += "; " + human_count(all.waiting_files) + " more appear as they are hashed";
  else if (is_looking)
    text += " so far; it looks through them";
  return text;
}

}  // namespace swapmeet::cli
