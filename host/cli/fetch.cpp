// get, downloads, uploads, share: files that come and go.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "host/cli/session.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

// A content id, or the number of a hit of the last search.
Result<DownloadRequest> wanted(const std::string& what) {
  DownloadRequest request;
  if (const auto id = ContentId::parse(what)) {
    request.content = *id;
    return request;
  }
  std::ifstream in(last_search_file());
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto page = wire::from_json<SearchPage>(text);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(what.data(), what.data() + what.size(), number);
  if (error == std::errc{} && end == what.data() + what.size()) {
    if (!page)
      return Error{ErrorCode::not_found, "there was no search yet: `swapmeet search WORDS`", {}};
    if (number < 1 || number > page->hits.size())
      return Error{ErrorCode::not_found,
                   "the last search found " + std::to_string(page->hits.size()) +
                       " files, there is no " + what,
                   {}};
    request.content = page->hits[number - 1].content;
    request.name = page->hits[number - 1].name;
    return request;
  }
  if (page)
    for (const auto& hit : page->hits)
      if (hit.name == what)
        return DownloadRequest{.content = hit.content,
                               .name = hit.name,
                               .folder = {},
                               .overwrite = false,
                               .sources = {}};
  return Error{ErrorCode::not_found,
               "'" + what + "' is no content id, and no name or number of the last search",
               {}};
}

void show(const DownloadStatus& download, bool terminal, std::string& last_line) {
  const double part = download.size == 0
                          ? 1
                          : static_cast<double>(download.done) / static_cast<double>(download.size);
  const auto filled = static_cast<std::size_t>(part * 30);
  std::string left;
  if (download.rate > 0 && download.done < download.size)
    left = fmt::format(", {} s left", (download.size - download.done) / download.rate + 1);
  std::size_t active = 0;
  for (const auto& source : download.sources)
    if (source.state == "active") ++active;
  std::string line =
      terminal ? fmt::format("[{}{}] ", std::string(filled, '#'), std::string(30 - filled, '.'))
               : "";
  line += fmt::format("{:3.0f} %  {} of {}  {}/s from {} source{}{}", part * 100,
                      human_size(download.done), human_size(download.size),
                      human_size(download.rate), active, active == 1 ? "" : "s", left);
  if (!download.why.empty()) line += "  " + download.why;
  if (line == last_line) return;
  last_line = line;
  if (terminal)
    std::cout << '\r' << line << "\033[K" << std::flush;
  else
    std::cout << line << std::endl;
}

// Until the download ends or the person has enough of watching.
int follow(Session& session, DownloadStatus download) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::string last_line;
  for (unsigned look = 0;; ++look) {
    const bool over = download.state == DownloadState::done ||
                      download.state == DownloadState::failed ||
                      download.state == DownloadState::paused;
    if (terminal || over || look % 10 == 0) show(download, terminal, last_line);  // a line a second
    if (over || interrupted) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    auto body = session.call("GET", "/api/v1/downloads/" + download.id);
    if (!body) return fail(body.error());
    auto status = wire::from_json<DownloadStatus>(*body);
    if (!status) return fail(status.error());
    download = std::move(*status);
  }
  if (terminal) std::cout << '\n';
  if (download.state == DownloadState::done) {
    fmt::print("{} is verified and complete\n", download.path);
    for (const auto& source : download.sources)
      if (source.bytes > 0) fmt::print("  {:>9} from {}\n", human_size(source.bytes), source.name);
    return 0;
  }
  if (interrupted) {
    fmt::print(
        "The host goes on with it; `swapmeet downloads` shows it, `swapmeet downloads cancel {}` "
        "ends it\n",
        download.id);
    return 130;
  }
  return fail({ErrorCode::internal,
               fmt::format("the download is {}: {}", name_of(download.state), download.why),
               {}});
}

int done(const Result<std::string>& answer, const std::string& sentence) {
  if (!answer) return fail(answer.error());
  fmt::print("{}\n", sentence);
  return 0;
}

}  // namespace

int get(Session& session) {
  if (session.words().size() != 1) return usage("get CONTENT|NUMBER|NAME");
  auto request = wanted(session.words()[0]);
  if (!request) return fail(request.error());
  auto body = session.call("POST", "/api/v1/downloads", wire::to_json(*request));
  if (!body) return fail(body.error());
  if (session.json()) return session.print(*body);
  auto download = wire::from_json<DownloadStatus>(*body);
  if (!download) return fail(download.error());
  return follow(session, std::move(*download));
}

int downloads(Session& session) {
  const auto& words = session.words();
  if (words.size() == 2 && (words[0] == "pause" || words[0] == "resume"))
    return done(session.call(
                    "POST", "/api/v1/downloads/" + wire::percent_encode(words[1]) + '/' + words[0]),
                words[0] == "pause" ? "paused" : "goes on");
  if (words.size() == 2 && words[0] == "cancel")
    return done(session.call("DELETE", "/api/v1/downloads/" + wire::percent_encode(words[1])),
                "cancelled");
  if (!words.empty()) return usage("downloads [pause|resume|cancel ID]");
  auto body = session.call("GET", "/api/v1/downloads?limit=1000");
  if (!body) return fail(body.error());
  if (session.json()) return session.print(*body);
  auto page = wire::from_json<Page<DownloadStatus>>(*body);
  if (!page) return fail(page.error());
  std::vector<std::vector<std::string>> rows{
      {"ID", "NAME", "STATE", "DONE", "SIZE", "RATE", "WHY"}};
  for (const auto& one : page->items)
    rows.push_back({one.id, one.name, std::string(name_of(one.state)), human_size(one.done),
                    human_size(one.size), human_size(one.rate) + "/s", one.why});
  print_table(rows, {false, false, false, true, true, true, false});
  return 0;
}

int uploads(Session& session) {
  auto body = session.call("GET", "/api/v1/uploads");
  if (!body) return fail(body.error());
  return session.print(*body);
}

int share(Session& session) {
  const auto& words = session.words();
  if (words.size() == 3 && words[0] == "add") {
    const auto folder = std::filesystem::absolute(words[2]).lexically_normal().string();
    return done(
        session.call("POST", "/api/v1/shares", wire::to_json(ShareSpec{words[1], folder, {}})),
        "sharing " + folder + " as '" + words[1] + "'; files appear as they are hashed");
  }
  if (words.size() == 2 && words[0] == "remove")
    return done(session.call("DELETE", "/api/v1/shares/" + wire::percent_encode(words[1])),
                "no longer shared");
  if (!words.empty() && words[0] == "rescan" && words.size() <= 2)
    return done(
        session.call("POST", words.size() == 1
                                 ? "/api/v1/shares/rescan"
                                 : "/api/v1/shares/" + wire::percent_encode(words[1]) + "/rescan"),
        "looking through it again");
  if (words.size() > 1 || (words.size() == 1 && words[0] != "list"))
    return usage("share add NAME FOLDER | remove NAME | list | rescan [NAME]");
  auto body = session.call("GET", "/api/v1/shares");
  if (!body) return fail(body.error());
  if (session.json()) return session.print(*body);
  auto shares = wire::from_json<std::vector<ShareStatus>>(*body);
  if (!shares) return fail(shares.error());
  std::vector<std::vector<std::string>> rows{{"NAME", "FILES", "SIZE", "WAITING", "FOLDER", ""}};
  for (const auto& one : *shares)
    rows.push_back({one.share.name, std::to_string(one.files), human_size(one.bytes),
                    std::to_string(one.waiting_files), one.share.folder, one.problem});
  print_table(rows, {false, true, true, true, false, false});
  return 0;
}

}  // namespace swapmeet::cli
