// status, peers, browse, search: finding out.
#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "host/cli/session.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    // The shell took the quotes of a phrase away; a word with spaces in it was one.
    const bool phrase = word.find(' ') != std::string::npos && word.find('"') == std::string::npos;
    (text += text.empty() ? "" : " ") += phrase ? '"' + word + '"' : word;
  }
  return text;
}

// A peer id, or the name of exactly one present peer.
Result<PeerId> find_peer(Session& session, const std::string& who) {
  if (const auto id = PeerId::parse(who)) return *id;
  auto body = session.call("GET", "/api/v1/peers?limit=1000&name=" + wire::percent_encode(who));
  if (!body) return std::move(body).error();
  auto page = wire::from_json<Page<PeerRecord>>(*body);
  if (!page) return std::move(page).error();
  std::vector<PeerId> found;
  for (const auto& peer : page->items)
    if (peer.name == who) found.push_back(peer.id);
  if (found.size() == 1) return found[0];
  if (found.empty())
    return Error{ErrorCode::not_found,
                 "no peer called '" + who + "' is present; `swapmeet peers` lists them",
                 {}};
  return Error{ErrorCode::invalid_argument,
               "several peers are called '" + who + "'; use the id that `swapmeet peers` shows",
               {}};
}

}  // namespace

int status(Session& session) {
  auto body = session.call("GET", "/api/v1/status");
  if (!body) return fail(body.error());
  if (session.json()) return session.print(*body);
  auto report = wire::from_json<wire::StatusReport>(*body);
  if (!report) return fail(report.error());
  fmt::print("{} ({}, version {}), up for {} s\n", report->name, report->role, report->version,
             report->uptime.count());
  fmt::print("{} of {} peers present, {} files, {}\n\n", report->counts.present,
             report->counts.peers, report->counts.files, human_size(report->counts.bytes));
  std::vector<std::vector<std::string>> rows{{"PLUGIN", "VERSION", "STATE"}};
  for (const auto& plugin : report->plugins)
    rows.push_back({plugin.id, plugin.version, plugin.state});
  print_table(rows, {false, false, false});
  return 0;
}

int peers(Session& session) {
  auto body = session.call("GET", "/api/v1/peers?limit=1000");
  if (!body) return fail(body.error());
  if (session.json()) return session.print(*body);
  auto page = wire::from_json<Page<PeerRecord>>(*body);
  if (!page) return fail(page.error());
  std::vector<std::vector<std::string>> rows{{"NAME", "FILES", "SIZE", "ADDRESS", "ID"}};
  for (const auto& peer : page->items)
    rows.push_back({peer.name, std::to_string(peer.files), human_size(peer.bytes),
                    HostPort{peer.address, peer.port}.text(), peer.id.text()});
  print_table(rows, {false, true, true, false, false});
  if (!page->next.empty()) fmt::print("… and more; --json and the API page through them\n");
  return 0;
}

int browse(Session& session) {
  const auto& words = session.words();
  if (words.empty() || words.size() > 2) return usage("browse PEER [FOLDER]");
  auto peer = find_peer(session, words[0]);
  if (!peer) return fail(peer.error());
  const std::string target = "/api/v1/peers/" + peer->text() + "/files?limit=1000&folder=" +
                             (words.size() == 2 ? wire::percent_encode(words[1]) : "");
  std::string after;
  do {
    auto body = session.call("GET", target + "&after=" + wire::percent_encode(after));
    if (!body) return fail(body.error());
    auto page = wire::from_json<Page<Listing>>(*body);
    if (!page) return fail(page.error());
    if (session.json())
      session.print(*body);
    else
      for (const auto& listing : page->items)
        std::cout << fmt::format("{:>9}  {}\n", human_size(listing.size), listing.path);
    after = page->next;
  } while (!after.empty() && std::cout);
  return 0;
}

int search(Session& session) {
  if (session.words().empty())
    return usage("search WORDS… (for example: search live type:audio 'size>10M')");
  auto body =
      session.call("GET", "/api/v1/search?q=" + wire::percent_encode(joined(session.words())));
  if (!body) return fail(body.error());
  auto page = wire::from_json<SearchPage>(*body);
  if (!page) return fail(page.error());
  std::error_code ignored;
  std::filesystem::create_directories(last_search_file().parent_path(), ignored);
  std::ofstream(last_search_file()) << *body;
  if (session.json()) return session.print(*body);
  if (page->hits.empty()) {
    fmt::print("Nothing found. Fewer words, or a prefix* may find more.\n");
    return 3;
  }
  std::vector<std::vector<std::string>> rows{{"#", "NAME", "SIZE", "TYPE", "SOURCES"}};
  for (const auto& hit : page->hits)
    rows.push_back({std::to_string(rows.size()), hit.name, human_size(hit.size),
                    std::string(name_of(hit.type)), std::to_string(hit.sources)});
  print_table(rows, {true, false, true, false, true});
  fmt::print("{} of {} found; `swapmeet get NUMBER` fetches one\n", page->hits.size(), page->total);
  return 0;
}

}  // namespace swapmeet::cli
