// Nothing of a private share is told to anybody whom its audience does not admit: random people,
// groups, shares, changes and questions over the real API, against a model that looks at every
// listing.
#include <map>
#include <random>
#include <regex>

#include "swapmeet/testing/catch.h"
#include "tests/contract/private_index.h"
#include "tests/contract/private_model.h"

namespace swapmeet::testing {
namespace {

using wire::from_json;

constexpr const char* kWords[] = {"red", "blue", "green", "song", "live", "film", "house", "redo"};
constexpr const char* kQueries[] = {
    "red",         "blue song",     "\"red song\"", "re*",
    "song -live",  "type:audio",    "size>50 song", "path:music/",
    "peer:p1 red", "-peer:p2 live", "nothing",      "films",
    "gren",        "hosue",         "secret",       "-red type:audio"};
constexpr const char* kTyped[] = {"r", "re", "so", "blue h", "gre", "li", "s"};
constexpr const char* kShares[] = {"music", "films", "diary", "work"};
const std::string kPeerToken(32, 't');

class Play {
 public:
  Play(const char* search, unsigned seed) : index_(search), random_(seed) {
    for (const char* name : {"ann", "bob", "cyd", "dan"})
      people_[name] = {.account = name, .groups = some_groups(), .roles = {}};
    people_["guest"] = {};
    people_["root"] = {.account = "root", .groups = {}, .roles = {"admin"}};
    for (const auto& [name, who] : people_) index_.know(name, who);
    for (unsigned number = 1; number <= 4; ++number) {
      ModelPeer peer{.id = *PeerId::parse(std::string(31, '0') + std::to_string(number)),
                     .name = "p" + std::to_string(number),
                     .listings = {}};
      REQUIRE(index_.registry()
                  .enroll({peer.id, peer.name, "127.0.0.1", port_of(peer), true, kPeerToken}, {})
                  .ok());
      auto reachable = index_.registry().reachability(peer.id).value();
      reachable.reached = "127.0.0.1";  // as if it had been called back
      REQUIRE(index_.registry().reached(peer.id, reachable).ok());
      model_.peers.push_back(std::move(peer));
    }
    index_.tell_search();
  }

  void step() {
    switch (pick(12)) {
      case 0:
      case 1: change_files(); break;
      case 2: change_audience(); break;
      case 3: change_presence(); break;
      case 4: change_groups(); break;
      default: break;
    }
    const auto at = static_cast<std::ptrdiff_t>(pick(people_.size()));
    const auto& [name, who] = *std::next(people_.begin(), at);
    INFO("asked by " << name << ", who is in " << people_.at(name).groups.size() << " groups");
    switch (pick(7)) {
      case 0:
      case 1: search(name, who); break;
      case 2: suggest(name, who); break;
      case 3: browse(name, who); break;
      case 4: peers(name, who); break;
      case 5: status(name); break;
      default: content(name, who); break;
    }
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(unsigned one_in) { return random_() % one_in == 0; }
  static std::uint16_t port_of(const ModelPeer& peer) {
    return static_cast<std::uint16_t>(6690 + peer.name.back() - '0');
  }
  ModelPeer& any_peer() { return model_.peers[pick(model_.peers.size())]; }

  std::vector<std::string> some_groups() {
    std::vector<std::string> groups;
    for (const char* group : {"friends", "club", "family"})
      if (chance(3)) groups.emplace_back(group);
    return groups;
  }
  Audience some_audience() {
    Audience audience;
    if (chance(2)) return audience;
    audience.everyone = false;
    audience.groups = some_groups();
    for (const char* name : {"ann", "bob", "cyd", "ann's evil twin"})
      if (chance(5)) audience.accounts.emplace_back(name);
    audience.visible = chance(3);
    return audience;
  }
  ContentId some_content() {
    auto text = std::to_string(pick(40));
    return *ContentId::parse(std::string(64 - text.size(), 'c') + text);
  }
  Listing some_listing(const ModelPeer& peer) {
    Listing listing;
    const std::string share = kShares[pick(std::size(kShares))];
    listing.path = share + '/' + (chance(3) ? "live/" : "");
    for (auto words = 1 + pick(3); words > 0; --words)
      listing.path += std::string(kWords[pick(std::size(kWords))]) + (words > 1 ? " " : ".mp3");
    listing.content = some_content();
    listing.size = 10 * (std::uint64_t{1} + listing.content.bytes.back());
    listing.modified = Time(std::chrono::seconds(1'700'000'000 + pick(1'000)));
    if (chance(6)) {
      listing.path = ".downloading/" + std::to_string(pick(5)) + "/secret.mp3";
      listing.have = listing.size / 2;
      listing.audience = some_audience();
    } else if (const auto known = audiences_.find({peer.name, share}); known != audiences_.end()) {
      listing.audience = known->second;
    }
    if (chance(20)) listing.audience = some_audience();  // a peer that does as it likes
    return listing;
  }

  void announce(ModelPeer& peer, std::vector<Change> changes) {
    auto& revision = revisions_[peer.name];
    const auto base = revision;
    for (auto& change : changes) {
      change.revision = ++revision;
      if (change.kind == ChangeKind::put)
        peer.listings[change.listing.path] = change.listing;
      else
        peer.listings.erase(change.listing.path);
    }
    const auto done =
        index_.registry().announce(peer.id, kPeerToken, {"feed", base, revision, changes});
    INFO((done ? "" : done.error().message));
    REQUIRE(done.ok());
    index_.tell_search();
  }
  static Change put(Listing listing) {
    return {.kind = ChangeKind::put, .peer = {}, .peer_name = {}, .listing = std::move(listing)};
  }

  void change_files() {
    auto& peer = any_peer();
    std::vector<Change> changes;
    for (auto count = 1 + pick(4); count > 0; --count) {
      if (!peer.listings.empty() && chance(3)) {
        const auto at = static_cast<std::ptrdiff_t>(pick(peer.listings.size()));
        Change gone = put({});
        gone.kind = ChangeKind::remove;
        gone.listing.path = std::next(peer.listings.begin(), at)->first;
        changes.push_back(std::move(gone));
      } else {
        changes.push_back(put(some_listing(peer)));
      }
    }
    announce(peer, std::move(changes));
  }
  void change_audience() {
    auto& peer = any_peer();
    const std::string share = kShares[pick(std::size(kShares))];
    const auto audience = audiences_[{peer.name, share}] = some_audience();
    std::vector<Change> changes;
    for (auto [path, listing] : peer.listings) {
      if (PrivateModel::share_of(path) != share) continue;
      listing.audience = audience;
      changes.push_back(put(listing));
    }
    announce(peer, std::move(changes));
  }
  void change_presence() {
    auto& peer = any_peer();
    peer.present = !peer.present;
    if (peer.present)
      REQUIRE(index_.registry().renew(peer.id, kPeerToken).ok());
    else
      REQUIRE(index_.registry().leave(peer.id, kPeerToken).ok());
    index_.tell_search();
  }
  void change_groups() {
    const char* names[] = {"ann", "bob", "cyd", "dan"};
    const std::string name = names[pick(std::size(names))];
    people_.at(name).groups = some_groups();
    index_.know(name, people_.at(name));
  }

  template <class T>
  T asked(const std::string& name, const std::string& target) {
    const auto reply = index_.ask(name, target);
    INFO(target);
    REQUIRE(reply.ok());
    INFO(reply->body);
    REQUIRE(reply->status == 200);
    const auto value = from_json<T>(reply->body);
    REQUIRE(value.ok());
    return *value;
  }

  void search(const std::string& name, const Identity& who) {
    const std::string query = kQueries[pick(std::size(kQueries))];
    const char* sorts[] = {"relevance", "sources", "size", "newest"};
    const auto page =
        asked<SearchPage>(name, "/api/v1/search?limit=100&q=" + wire::percent_encode(query) +
                                    "&sort=" + sorts[pick(std::size(sorts))]);
    auto expected = model_.search(query, who);
    INFO("query " << query << ", also " << page.searched_for);
    if (!page.searched_for.empty()) {
      const auto more = model_.search(page.searched_for, who);
      CHECK_FALSE(more.empty());
      for (const auto& [content, found] : more) expected.try_emplace(content, found);
    }
    std::string told;
    for (const auto& hit : page.hits)
      told += hit.content.text().substr(0, 8) + ' ' + hit.path +
              (expected.contains(hit.content) ? "\n" : " (not expected)\n");
    INFO(told);
    CHECK(page.total == expected.size());
    CHECK_FALSE(page.has_more);
    REQUIRE(page.hits.size() == expected.size());
    for (const auto& hit : page.hits) {
      REQUIRE(expected.contains(hit.content));
      const auto& found = expected.at(hit.content);
      INFO(hit.path);
      CHECK(hit.sources == found.sources.size());
      CHECK(hit.size == found.size);
      CHECK(found.paths.contains(hit.path));
      for (const auto& other : hit.names) CHECK(found.names.contains(other));
    }
    if (!page.facets) return;
    std::uint64_t counted = 0;
    for (const auto count : page.facets->types) counted += count;
    CHECK(counted == expected.size());
  }

  void suggest(const std::string& name, const Identity& who) {
    const std::string typed = kTyped[pick(std::size(kTyped))];
    const auto found =
        asked<wire::Suggestions>(name, "/api/v1/search/suggest?q=" + wire::percent_encode(typed));
    for (const auto& query : found.queries) {
      INFO(typed << ": " << query);
      CHECK_FALSE(model_.search(query, who).empty());
    }
  }

  void browse(const std::string& name, const Identity& who) {
    const auto& peer = any_peer();
    const char* folders[] = {"", "music", "music/live", "diary", "nowhere", "diary/"};
    const std::string folder = folders[pick(std::size(folders))];
    auto expected = model_.browse(peer, folder.ends_with('/') ? "diary" : folder, who);
    if (!who.has_role("admin"))
      for (auto& listing : expected) listing.audience = listing.audience.as_known_to(who);
    std::vector<Listing> got;
    std::string after;
    const auto limit = std::to_string(1 + pick(9));
    do {
      const auto page = asked<Page<Listing>>(
          name, "/api/v1/peers/" + peer.id.text() + "/files?limit=" + limit +
                    "&folder=" + wire::percent_encode(folder) + "&after=" + after);
      CHECK((after.empty() || !page.items.empty()));  // a last page that is empty tells of more
      got.insert(got.end(), page.items.begin(), page.items.end());
      after = page.next;
    } while (!after.empty());
    CHECK(got == expected);
    level(name, peer.id, folder, expected, limit);
  }

  // The same folder as one level, where a folder that has nothing for whoever asks is not there.
  void level(const std::string& name, const PeerId& peer, const std::string& folder,
             const std::vector<Listing>& below, const std::string& limit) {
    const auto prefix = folder_prefix(folder);
    std::map<std::string, SharedFolder> folders;
    std::vector<Listing> files;
    for (const auto& listing : below) {
      const auto slash = listing.path.find('/', prefix.size());
      if (slash == std::string::npos) {
        files.push_back(listing);
        continue;
      }
      auto& one = folders[listing.path.substr(prefix.size(), slash - prefix.size())];
      ++one.files;
      one.bytes += listing.size;
    }
    const auto target = "/api/v1/peers/" + peer.text() + "/folders?limit=" + limit +
                        "&folder=" + wire::percent_encode(folder) + "&after=";
    if (below.empty() && !folder.empty()) {
      const auto reply = index_.ask(name, target);
      REQUIRE(reply.ok());
      CHECK(reply->status == 404);
      return;
    }
    FolderLevel got;
    do {
      const auto page = asked<FolderLevel>(name, target + got.next);
      CHECK((got.next.empty() || !page.folders.empty() || !page.files.empty()));
      got.folders.insert(got.folders.end(), page.folders.begin(), page.folders.end());
      got.files.insert(got.files.end(), page.files.begin(), page.files.end());
      got.next = page.next;
    } while (!got.next.empty());
    CHECK(got.files == files);
    REQUIRE(got.folders.size() == folders.size());
    for (const auto& one : got.folders) {
      CHECK(one.files == folders[one.name].files);
      CHECK(one.bytes == folders[one.name].bytes);
    }
  }

  void peers(const std::string& name, const Identity& who) {
    const auto all = asked<Page<PeerRecord>>(name, "/api/v1/peers?all=true");
    REQUIRE(all.items.size() == model_.peers.size());
    for (std::size_t i = 0; i < all.items.size(); ++i) {
      const auto expected = model_.record(model_.peers[i], who);
      const auto one = asked<PeerRecord>(name, "/api/v1/peers/" + model_.peers[i].id.text());
      CHECK(all.items[i].locked.empty());
      CHECK(one.locked == expected.locked);
      for (const auto& record : {all.items[i], one}) {
        CHECK(record.files == expected.files);
        CHECK(record.bytes == expected.bytes);
      }
    }
  }

  void status(const std::string& name) {
    const auto told = asked<wire::StatusReport>(name, "/api/v1/status").counts.value();
    const auto expected = model_.counts();
    CHECK(told.peers == expected.peers);
    CHECK(told.present == expected.present);
    CHECK(told.files == expected.files);
    CHECK(told.bytes == expected.bytes);
  }

  void content(const std::string& name, const Identity& who) {
    const auto content = some_content();
    const char* suffixes[] = {"", ".meta4?hashes=false", "/bytes"};
    const std::string suffix = suffixes[pick(std::size(suffixes))];
    const auto reply = index_.ask(name, "/api/v1/contents/" + content.text() + suffix);
    REQUIRE(reply.ok());
    INFO("content " << content.text() << suffix << ": " << reply->body);
    const auto expected = model_.content(content, who);
    if (!expected) return refused(*reply, name, content, suffix);
    if (!suffix.empty()) {
      for (const auto& peer : model_.peers) {
        const bool named = std::any_of(expected->sources.begin(), expected->sources.end(),
                                       [&](const Source& one) { return one.peer == peer.id; });
        if (!named)
          CHECK(reply->body.find(':' + std::to_string(port_of(peer))) == std::string::npos);
      }
      return;
    }
    REQUIRE(reply->status == 200);
    auto record = from_json<ContentRecord>(reply->body).value();
    for (auto& source : record.sources) source.url.clear();
    CHECK(record.size == expected->size);
    CHECK(record.names == expected->names);
    CHECK(record.sources == expected->sources);
    CHECK(record.audience.everyone == expected->audience.everyone);
    CHECK(sorted(record.audience.groups) == sorted(expected->audience.groups));
    CHECK(record.audience.accounts == expected->audience.accounts);
  }

  // As if nobody in the world had it.
  void refused(const wire::Reply& reply, const std::string& name, const ContentId& content,
               const std::string& suffix) {
    CHECK(reply.status == 404);
    const auto unknown = *ContentId::parse(std::string(64, 'e'));
    const auto nothing = index_.ask(name, "/api/v1/contents/" + unknown.text() + suffix);
    REQUIRE(nothing.ok());
    CHECK(plain(reply.body, content) == plain(nothing->body, unknown));
  }
  static std::string plain(const std::string& body, const ContentId& content) {
    const auto without = std::regex_replace(body, std::regex(content.text()), "ID");
    return std::regex_replace(without, std::regex(R"("request(_id)?":"[^"]*")"), "");
  }
  static std::vector<std::string> sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
  }

  PrivateIndex index_;
  PrivateModel model_;
  std::mt19937_64 random_;
  std::map<std::string, Identity> people_;
  std::map<std::pair<std::string, std::string>, Audience> audiences_;  // by peer and share
  std::map<std::string, Revision> revisions_;
};

void play(const char* search, unsigned seed, int steps) {
  Play game(search, seed);
  for (int step = 0; step < steps; ++step) {
    INFO("seed " << seed << ", step " << step);
    game.step();
  }
}

}  // namespace
}  // namespace swapmeet::testing

TEST_CASE("what an index with search.memory tells of private shares is what the model tells") {
  swapmeet::testing::play("search_memory.so", 1, 4'500);
}

TEST_CASE("what an index with search.fts tells of private shares is what the model tells") {
  swapmeet::testing::play("search_fts.so", 2, 4'500);
}
