// share: the folders that others may fetch from.
#include <fmt/format.h>

#include <filesystem>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/table.h"

namespace swapmeet::cli {
namespace {

int done(const Session& session, const Result<std::string>& answer, const std::string& sentence) {
  if (!answer) return fail(answer.error());
  if (!session.json())
    fmt::print("{}\n", printable(sentence));
  else if (!answer->empty())
    print_json(*answer);
  return 0;
}

int list_shares(Session& session) {
  auto body = session.call("GET", "/api/v1/shares");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto shares = wire::from_json<std::vector<ShareStatus>>(*body);
  if (!shares) return fail(shares.error());
  Table table({{"NAME", false, true},
               {"FILES", true},
               {"SIZE", true},
               {"TO HASH", true},
               {"FOLDER", false, true},
               {"", false, true}});
  for (const auto& one : *shares)
    table.add({one.share.name, std::to_string(one.files), human_size(one.bytes),
               std::to_string(one.waiting_files), one.share.folder,
               one.problem.empty() && one.scanning ? "looking through it" : one.problem});
  if (table.empty())
    fmt::print("Nothing is shared: `swapmeet share add NAME FOLDER`\n");
  else
    table.print();
  return 0;
}

}  // namespace

int share(Session& session) {
  const auto& words = session.words();
  const auto what = words.empty() ? "list" : words[0];
  if (what == "list" && words.size() <= 1) return list_shares(session);
  if (what == "add" && words.size() == 3) {
    const auto folder = std::filesystem::absolute(words[2]).lexically_normal().string();
    return done(
        session,
        session.call("POST", "/api/v1/shares", wire::to_json(ShareSpec{words[1], folder, {}})),
        "sharing " + folder + " as '" + words[1] + "'; files appear as they are hashed");
  }
  if (what == "remove" && words.size() == 2)
    return done(session, session.call("DELETE", "/api/v1/shares/" + wire::percent_encode(words[1])),
                "'" + words[1] + "' is no longer shared");
  if (what == "rescan" && words.size() <= 2)
    return done(
        session,
        session.call("POST", words.size() == 1
                                 ? "/api/v1/shares/rescan"
                                 : "/api/v1/shares/" + wire::percent_encode(words[1]) + "/rescan"),
        "looking through it again");
  return fail(
      wrong_usage("share goes with list, add NAME FOLDER, remove NAME or rescan [NAME]; `swapmeet "
                  "help share`"));
}

}  // namespace swapmeet::cli
