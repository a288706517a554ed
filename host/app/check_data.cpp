#include "host/app/check_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "host/api/watch_store.h"
#include "host/auth/session_store.h"
#include "host/limits/ban_store.h"
#include "host/plugins/data_places.h"

namespace swapmeet {
namespace {

constexpr std::uintmax_t kReadThroughAtStart = 32
                                               << 20;  // bytes of a plugin; some tenths of a second

using Reports = std::vector<std::pair<std::string, Result<StoreReport>>>;

// A follower may be behind its feed, or follow one that is no more; it cannot be ahead.
void compare_with_feeds(const std::string& id, const FeedPosition& stands, const Reports& reports,
                        DataFindings& findings) {
  if (stands.feed.empty()) return;
  bool is_one = false;
  for (const auto& [other, report] : reports) {
    if (!report || !report->feed) continue;
    is_one = true;
    const auto& feed = *report->feed;
    if (feed.feed != stands.feed) continue;
    if (stands.revision > feed.latest)
      findings.problems.push_back(fmt::format(
          "{}: has followed {} to revision {}, and that stands at {}: one of the two is of another "
          "moment. What to do: restore both from one backup, or start the host: {} then starts "
          "over",
          id, other, stands.revision, feed.latest, id));
    else if (stands.revision < feed.latest)
      findings.notes.push_back(fmt::format("{}: goes on at the next start, {} revisions behind {}",
                                           id, feed.latest - stands.revision, other));
    return;
  }
  if (is_one)
    findings.notes.push_back(fmt::format(
        "{}: has followed a feed that is not here, and starts over at the next start", id));
}

}  // namespace

std::vector<NamedFile> all_kept(const std::filesystem::path& folder, Manager& plugins) {
  auto all = own_secrets(folder);
  const auto add_own = [&](Result<std::vector<KeptFile>> files) {
    if (files)
      for (auto& file : *files) {
        auto name = file.file.filename().string();
        all.push_back({std::move(name), std::move(file)});
      }
  };
  add_own(WatchStore::kept_in(folder).kept());
  add_own(BanStore::kept_in(folder).kept());
  add_own(SessionStore::kept_in(folder).kept());
  for (auto& [id, files] : plugins.kept_files()) {
    const auto place = place_of_data(folder, id);
    for (auto& file : files) {
      auto name = id + '/' + file.file.lexically_relative(place).string();
      all.push_back({std::move(name), std::move(file)});
    }
  }
  return all;
}

std::vector<std::string> damage_at_start(const std::filesystem::path& folder, Manager& plugins) {
  std::set<std::string> small;
  for (const auto& [id, files] : plugins.kept_files()) {
    std::uintmax_t size = 0;
    for (const auto& kept : files) {
      std::error_code error;
      const auto bytes = std::filesystem::file_size(kept.file, error);
      if (!error && !kept.made_anew) size += bytes;
    }
    const bool is_kept =
        std::any_of(files.begin(), files.end(), [](const auto& kept) { return !kept.made_anew; });
    if (is_kept && size <= kReadThroughAtStart) small.insert(id);
  }
  std::vector<std::string> damage;
  const auto add = [&](const std::string& id, const Result<StoreReport>& report) {
    const auto tell = [&](const std::string& problem) {
      damage.push_back(id);
      damage.back().append(": ").append(problem);
    };
    if (!report) tell(report.error().message);
    if (report)
      for (const auto& problem : report->problems) tell(problem);
  };
  for (const auto& [id, report] :
       plugins.verify_stores([&](const std::string& id) { return small.contains(id); }))
    add(id, report);
  add("host", WatchStore::kept_in(folder).verify());
  add("host", BanStore::kept_in(folder).verify());
  return damage;
}

DataFindings look_through(const std::filesystem::path& folder, Manager& plugins) {
  DataFindings findings;
  auto reports = plugins.verify_stores();
  reports.emplace_back("host", WatchStore::kept_in(folder).verify());
  reports.emplace_back("host", BanStore::kept_in(folder).verify());
  reports.emplace_back("host", SessionStore::kept_in(folder).verify());
  for (const auto& [id, report] : reports) {
    if (!report) {
      findings.problems.push_back(id + ": " + report.error().message);
      continue;
    }
    const auto named = id + ": ";
    for (const auto& problem : report->problems) findings.problems.push_back(named + problem);
    for (const auto& note : report->notes) findings.notes.push_back(named + note);
    if (report->problems.empty() && report->notes.empty())
      findings.notes.push_back(named + "what it keeps is whole");
    if (report->follows) compare_with_feeds(id, *report->follows, reports, findings);
  }
  return findings;
}

}  // namespace swapmeet
