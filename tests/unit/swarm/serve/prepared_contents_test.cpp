// Requests that the front has shown to the content routes before their turn: audiences, tickets,
// offers, quota and slots hold for each of them as if it had come alone.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/base/peer_headers.h"
#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/serve/content_routes.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using Bytes = http::FileBody;

struct BytesRoute : http::Routes {
  http::Handler handler;
  http::AtOnce at_once;
  Result<Registration> add(const std::string&, const std::string& pattern, http::Handler added,
                           const http::RouteOptions& options) override {
    if (pattern == "/content/{cid}") {
      handler = std::move(added);
      at_once = options.at_once;
    }
    return Registration();
  }
};

struct AnnsTicket final : TicketChecker {
  Result<TicketClaims> check_ticket(std::string_view ticket) override {
    if (ticket != "anns") return unauthenticated("");
    return TicketClaims{content, "ann", {"friends"}, expires, PeerId{}};
  }
  ContentId content;
  Time expires{};
};

struct OneOffer final : OfferedContents {
  std::optional<ContentPlace> place(const ContentId& asked, const std::string& token) override {
    if (asked != content || token != "token") return std::nullopt;
    return offered;
  }
  std::optional<MerkleTree> tree(const ContentId&, const std::string&) override {
    return std::nullopt;
  }
  ContentId content;
  ContentPlace offered;
};

// Three files of five bytes: one for all, one for friends, and one that is offered to somebody.
struct ThreeFiles {
  ThreeFiles() {
    checker.expires = clock.now() + std::chrono::hours(1);
    const auto share = [&](const std::string& name, const Audience& audience) {
      catalogue.put_share({name, (folder / name).string(), audience}, true);
      const auto hashed = write(name);
      catalogue.commit(catalogue.share(name)->key, {hashed});
      return hashed.tree.content;
    };
    for_all = share("every", {});
    for_friends = checker.content = share("close", {false, {"friends"}, {}});
    const auto hashed = write("sent!");
    offered = offer.content = hashed.tree.content;
    offer.offered = {(folder / "sent!/file").string(), "file", hashed.stamp, {}};
    auto added = add_content_routes(
        route, {catalogue, meter, hashes, {}, &offer, nullptr, &open, nullptr, &tickets});
    REQUIRE(added.ok());
    registrations = std::move(*added);
  }
  ~ThreeFiles() { std::filesystem::remove_all(folder); }

  HashedFile write(const std::string& bytes) {
    std::filesystem::create_directories(folder / bytes);
    const auto file = folder / bytes / "file";
    std::ofstream(file) << bytes;
    MerkleBuilder builder;
    builder.add(bytes.data(), bytes.size());
    HashedFile hashed{"file", {}, builder.finish()};
    struct stat info {};
    ::stat(file.c_str(), &info);
    hashed.stamp = {
        info.st_ino, static_cast<std::uint64_t>(info.st_size),
        static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
    return hashed;
  }

  static http::Request request(const ContentId& content, const std::string& ticket = "",
                               const std::string& offer = "") {
    http::Request request;
    request.method = "GET";
    request.secure = true;
    request.remote_address = "10.0.0.1";
    request.remote_port = 7;
    request.params["cid"] = content.text();
    request.headers.set(kReaderHeader, "ann");
    if (!ticket.empty()) request.headers.set("Authorization", "Bearer " + ticket);
    if (!offer.empty()) request.query.emplace_back("offer", offer);
    return request;
  }
  // As the front does while another answer is being sent.
  void prepare(http::Request request) {
    request.method = "HEAD";
    route.handler(request);
  }
  // Its turn has come. `ended`: all of it is sent, too.
  http::Response answer(http::Request request, bool ended = true) {
    auto again = request;
    auto at_once = route.at_once(request);
    auto response = at_once ? std::move(*at_once) : route.handler(again);
    answered_at_once = at_once.has_value();
    if (auto* body = std::get_if<Bytes>(&response.body); body && ended) {
      body->on_sent(body->length);
      body->on_end(true);
    }
    return response;
  }
  int status(const http::Request& request) { return answer(request).status; }

  static std::filesystem::path new_folder() {
    char pattern[] = "/tmp/swapmeet-prepared-XXXXXX";
    return ::mkdtemp(pattern);
  }

  const std::filesystem::path folder = new_folder();
  Catalogue catalogue{folder / ".catalogue.sqlite", still_clock()};
  testing::ManualClock clock;
  UploadMeter meter{clock};
  FileHashes hashes{clock};
  OpenContents open{catalogue, clock};
  AnnsTicket checker;
  CheckedTickets tickets{clock, PeerId{}, [this] { return &checker; }};
  OneOffer offer;
  BytesRoute route;
  std::vector<Registration> registrations;
  ContentId for_all;
  ContentId for_friends;
  ContentId offered;
  bool answered_at_once = false;
};

http::Request in_clear(http::Request request) {
  request.secure = false;
  return request;
}

}  // namespace

TEST_CASE("requests that were prepared are answered as those that were not, one by one") {
  ThreeFiles files;
  const std::vector<std::pair<http::Request, int>> requests = {
      {ThreeFiles::request(files.for_all), 200},
      {ThreeFiles::request(files.for_friends), 404},
      {ThreeFiles::request(files.for_friends, "anns"), 200},
      {ThreeFiles::request(files.for_friends), 404},
      {ThreeFiles::request(files.for_friends, "forged"), 404},
      {ThreeFiles::request(files.for_all, "forged"), 200},
      {ThreeFiles::request(files.offered), 404},
      {ThreeFiles::request(files.offered, "", "token"), 200},
      {ThreeFiles::request(files.offered, "", "other"), 404},
      {ThreeFiles::request(files.offered), 404},
      {in_clear(ThreeFiles::request(files.for_friends, "anns")), 404},
      {in_clear(ThreeFiles::request(files.for_all, "anns")), 200},
      {ThreeFiles::request(files.for_friends, "anns"), 200},
  };
  const bool prepared = GENERATE(false, true);
  CAPTURE(prepared);
  if (prepared)
    for (const auto& [request, expected] : requests) files.prepare(request);
  CHECK(files.meter.counted().requests == 0);
  CHECK(files.meter.list()->empty());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CAPTURE(i);
    CHECK(files.status(requests[i].first) == requests[i].second);
  }
  CHECK(files.answered_at_once);
  CHECK(files.meter.counted().requests == 6);
  CHECK(files.meter.counted().sent == 30);
}

TEST_CASE("whom a share is for counts when the turn comes, not when the request does") {
  ThreeFiles files;
  files.prepare(ThreeFiles::request(files.for_all));
  files.prepare(ThreeFiles::request(files.for_friends, "anns"));
  files.catalogue.put_share({"every", (files.folder / "every").string(), {false, {"club"}, {}}},
                            true);
  CHECK(files.status(ThreeFiles::request(files.for_all)) == 404);
  CHECK(files.status(ThreeFiles::request(files.for_friends, "anns")) == 200);
  files.prepare(ThreeFiles::request(files.for_friends, "anns"));
  files.clock.advance(std::chrono::hours(2));  // the ticket has run out
  files.checker.content = files.for_all;
  CHECK(files.status(ThreeFiles::request(files.for_friends, "anns")) == 404);
}

TEST_CASE("a day's quota is for what is answered, not for what is prepared") {
  ThreeFiles files;
  files.meter.set_daily_limit(12);
  for (int i = 0; i < 20; ++i) files.prepare(ThreeFiles::request(files.for_all));
  CHECK(files.status(ThreeFiles::request(files.for_all)) == 200);
  CHECK(files.status(ThreeFiles::request(files.for_all)) == 200);
  CHECK(files.status(ThreeFiles::request(files.for_all)) == 503);
  CHECK(files.status(ThreeFiles::request(files.for_friends, "anns")) == 200);
}

TEST_CASE("a reader that prepares much has one slot, and none before its first answer") {
  ThreeFiles files;
  files.meter.set_slots(1);
  auto other = ThreeFiles::request(files.for_all);
  other.remote_address = "10.0.0.2";
  for (int i = 0; i < 20; ++i) files.prepare(ThreeFiles::request(files.for_all));
  const auto first = files.answer(other, false);
  REQUIRE(first.status == 200);
  CHECK(files.answered_at_once);
  for (int i = 0; i < 3; ++i) {
    const auto waits = files.answer(ThreeFiles::request(files.for_all));
    CHECK(waits.status == 503);
    CHECK(*waits.headers.find(kPlaceHeader) == "1");
  }
  std::get<Bytes>(first.body).on_end(false);
  for (int i = 0; i < 3; ++i) CHECK(files.status(ThreeFiles::request(files.for_all)) == 200);
  CHECK(files.status(other) == 503);  // the slot is kept for the rest of the folder
}

TEST_CASE("a small file that was changed after it was prepared is not sent") {
  ThreeFiles files;
  files.prepare(ThreeFiles::request(files.for_all));
  std::ofstream(files.folder / "every/file", std::ios::app) << "more";
  CHECK(files.status(ThreeFiles::request(files.for_all)) == 404);
}

}  // namespace swapmeet::transfer_swarm
