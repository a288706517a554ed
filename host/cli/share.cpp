// share: the folders that others may fetch from.
#include <fmt/format.h>

#include <iostream>
#include <set>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/first_answers.h"
#include "host/cli/human.h"
#include "host/cli/places.h"
#include "host/cli/share_name.h"
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
               {"FOR", false, true},
               {"FOLDER", false, true},
               {"", false, true}});
  for (const auto& one : *shares)
    table.add({one.share.name, std::to_string(one.files), human_size(one.bytes),
               std::to_string(one.waiting_files), text_of(one.share.audience), one.share.folder,
               one.problem.empty() && one.scanning ? "looking through it" : one.problem});
  if (table.empty())
    fmt::print("Nothing is shared: `swapmeet share add FOLDER`\n");
  else
    table.print();
  // That nobody can fetch them goes with what is shared.
  const auto report = session.ask<wire::StatusReport>("GET", "/api/v1/status");
  if (!report) return 0;
  for (const auto& one : report->cautions) fmt::print("careful: {}\n", printable(one));
  if (!report->unreachable.empty()) fmt::print("careful: {}\n", printable(report->unreachable));
  return 0;
}

// Whom --audience and --visible mean; everyone without them.
Result<Audience> audience_of(const Session& session, std::string text) {
  const auto& arguments = session.arguments();
  if (text.empty()) text = arguments.value("--audience");
  const bool is_visible = arguments.has("--visible");
  if (text.empty() && arguments.has("--audience")) return wrong_usage("--audience names nobody");
  if (text.empty() && !is_visible) return Audience{};
  if (text.empty()) return wrong_usage("--visible goes with an audience: --audience friends,@bob");
  auto audience = parse_audience(text);
  if (!audience) return wrong_usage(audience.error().message);
  audience->visible = is_visible && !audience->everyone;
  return audience;
}

// A name for it that no other share has.
Result<std::string> name_for(Session& session, const std::string& folder) {
  const auto shares = session.ask<std::vector<ShareStatus>>("GET", "/api/v1/shares");
  if (!shares) return shares.error();
  std::set<std::string> taken;
  for (const auto& one : *shares) {
    if (one.share.folder == folder)
      return already_exists(folder + " is shared already, as '" + one.share.name + "'");
    taken.insert(one.share.name);
  }
  return share_name(folder, taken);
}

int add_share(Session& session, std::string name, const std::string& path) {
  const auto folder = whole_path(path, environment("HOME")).string();
  const auto audience = audience_of(session, "");
  if (!audience) return fail(audience.error());
  if (name.empty()) {
    auto found = name_for(session, folder);
    if (!found) return fail(found.error());
    name = std::move(*found);
  }
  if (folder == "/")
    std::cerr << "swapmeet: careful: this is the whole disk, with all that is on it\n";
  return done(
      session,
      session.call("POST", "/api/v1/shares", wire::to_json(ShareSpec{name, folder, *audience})),
      "sharing " + folder + " as '" + name + "' with " + text_of(*audience) +
          "; files appear as they are hashed");
}

int change_audience(Session& session, const std::string& name, const std::string& who) {
  const auto audience = audience_of(session, who);
  if (!audience) return fail(audience.error());
  return done(session,
              session.call("PATCH", "/api/v1/shares/" + wire::percent_encode(name),
                           wire::to_json(*audience)),
              "'" + name + "' is for " + text_of(*audience) + " from now on");
}

}  // namespace

int share(Session& session) {
  const auto& words = session.words();
  const auto what = words.empty() ? "list" : words[0];
  if (what == "list" && words.size() <= 1) return list_shares(session);
  if (what == "add" && words.size() == 2) return add_share(session, "", words[1]);
  if (what == "add" && words.size() == 3) return add_share(session, words[1], words[2]);
  if (what == "audience" && words.size() >= 3) {
    std::string who = words[2];  // "friends, @bob" without quotation marks
    for (auto at = words.begin() + 3; at != words.end(); ++at)
      who += (who.ends_with(',') ? "" : ",") + *at;
    return change_audience(session, words[1], who);
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
  return fail(wrong_usage(
      "share goes with list, add [NAME] FOLDER, audience NAME WHO, remove NAME or rescan "
      "[NAME]; `swapmeet help share`"));
}

}  // namespace swapmeet::cli
