// Random people, groups, shares, changes and questions over the real programs, against a model that
// looks at every file.
#include <algorithm>
#include <random>
#include <set>

#include "private_club.h"

namespace private_shares {
namespace {

constexpr int kSteps = 2'000;
constexpr int kStepsAChange = 30;

class RandomClub {
 public:
  RandomClub() {
    for (const char* name : {"ann", "bob"}) {
      fs::create_directories(club_.folder.path() / "nothing" / name);
      auto ini = club_.peer(name);
      const auto old = "share.files = " + (club_.folder.path() / name).string();
      ini.replace(ini.find(old), old.size(),
                  "share.files = " + (club_.folder.path() / "nothing" / name).string());
      auto& peer =
          peers_.emplace_back(std::make_unique<Peer>(name, Node(club_.folder.path(), name, ini)));
      peer->node.start();
      peer->id = from_json<swapmeet::wire::StatusReport>(peer->node.get("/api/v1/status").value())
                     .value()
                     .peer.text();
      peer->address = content_address(peer->node);
      for (const char* share : {"red", "green", "blue"}) add_share(*peer, share);
    }
    settle();
  }

  void run() {
    for (step_ = 0; step_ < kSteps; ++step_) {
      INFO("step " << step_);
      if (step_ % kStepsAChange == kStepsAChange - 1) {
        chance(3) ? change_groups() : change_audience();
        settle();
      }
      const std::string name = kNames[pick(std::size(kNames))];
      INFO("asked by " << name);
      switch (pick(8)) {
        case 0: fetch(name); break;
        case 1: browse(name); break;
        case 2: record(name); break;
        case 3:
        case 4: content(name); break;
        default: search(name, kWords[pick(std::size(kWords))]);
      }
    }
  }

 private:
  static constexpr const char* kNames[] = {"ann", "bob", "cyd", ""};
  static constexpr const char* kWords[] = {"one", "two", "three", "red", "green", "letter"};

  struct Share {
    swapmeet::Audience audience;
    std::map<std::string, std::string> files;  // path below the share, content id
  };
  struct Peer {
    Peer(std::string given, Node made) : name(std::move(given)), node(std::move(made)) {}
    std::string name;
    Node node;
    std::string id;
    std::string address;
    std::map<std::string, Share> shares;
  };

  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(unsigned one_in) { return random_() % one_in == 0; }
  Peer& any_peer() { return *peers_[pick(peers_.size())]; }

  swapmeet::Identity who(const std::string& name) const {
    const auto found = groups_.find(name);
    return {.account = name,
            .groups = found == groups_.end() ? std::vector<std::string>() : found->second,
            .roles = {}};
  }
  swapmeet::Audience some_audience() {
    swapmeet::Audience audience;
    if (chance(3)) return audience;
    audience.everyone = false;
    for (const char* group : {"friends", "choir"})
      if (chance(2)) audience.groups.emplace_back(group);
    for (const char* account : {"bob", "cyd"})
      if (chance(4)) audience.accounts.emplace_back(account);
    if (audience.groups.empty() && audience.accounts.empty()) audience.groups.emplace_back("choir");
    return audience;
  }

  // Some contents are in several shares, under other names.
  void add_share(Peer& peer, const std::string& name) {
    const auto folder = club_.folder.path() / "shared" / peer.name / name;
    for (const char* word : {"one", "two", "three"})
      write_file(folder / (std::string(word) + " letter.txt"),
                 "content " + std::to_string(pick(10)));
    auto& share = peer.shares[name];
    share.audience = some_audience();
    const auto body =
        swapmeet::wire::to_json(swapmeet::ShareSpec{name, folder.string(), share.audience});
    const auto added = peer.node.call("POST", "/api/v1/shares", body);
    INFO((added ? "" : added.error().message));
    REQUIRE(added.ok());
    REQUIRE(eventually([&] { return learn_files(peer, name); }));
  }
  bool learn_files(Peer& peer, const std::string& name) {
    const auto body =
        club_.index.get("/api/v1/peers/" + peer.id + "/files?limit=100&folder=" + name);
    if (!body) return false;
    auto& files = peer.shares[name].files;
    files.clear();
    const auto page = from_json<swapmeet::Page<swapmeet::Listing>>(*body).value();
    for (const auto& listing : page.items) {
      files[listing.path.substr(name.size() + 1)] = listing.content.text();
      contents_.insert(listing.content.text());
    }
    return files.size() == 3;
  }

  void change_audience() {
    auto& peer = any_peer();
    auto share = std::next(peer.shares.begin(), static_cast<std::ptrdiff_t>(pick(3)));
    share->second.audience = some_audience();
    const auto changed = peer.node.call("PATCH", "/api/v1/shares/" + share->first,
                                        swapmeet::wire::to_json(share->second.audience));
    INFO((changed ? "" : changed.error().message));
    REQUIRE(changed.ok());
    // Here it counts before the index has heard of it.
    for (const char* name : kNames) fetch(name, peer);
  }
  void change_groups() {
    const std::string name = chance(2) ? "bob" : "cyd";
    auto& groups = groups_[name];
    groups.clear();
    for (const char* group : {"friends", "choir"})
      if (chance(2)) groups.emplace_back(group);
    std::vector<std::string> words{"account", "groups", name};
    if (!groups.empty())
      words.push_back(groups.size() == 1 ? groups[0] : groups[0] + ',' + groups[1]);
    REQUIRE(club_.operate(words).code == 0);
  }
  // The index has heard of it, and its search, too.
  void settle() {
    REQUIRE(eventually([&] {
      return std::all_of(std::begin(kNames), std::end(kNames), [&](const char* name) {
        return finds_what_is_expected(name, "letter") && sees_all_browsing(name);
      });
    }));
  }
  bool sees_all_browsing(const std::string& name) {
    return std::all_of(peers_.begin(), peers_.end(), [&](const auto& peer) {
      return browsed(name, *peer) == to_browse(name, *peer);
    });
  }

  // By content: the peers that have it, as far as `name` may know.
  std::map<std::string, std::set<std::string>> expected(const std::string& name,
                                                        const std::string& word) const {
    std::map<std::string, std::set<std::string>> sources;
    std::set<std::string> matching;
    for (const auto& peer : peers_)
      for (const auto& [share, one] : peer->shares) {
        if (!one.audience.admits(who(name))) continue;
        for (const auto& [path, content] : one.files) {
          sources[content].insert(peer->id);
          if (word == share || path.find(word) != std::string::npos) matching.insert(content);
        }
      }
    std::erase_if(sources, [&](const auto& source) { return !matching.contains(source.first); });
    return sources;
  }
  std::map<std::string, std::size_t> found(const std::string& name, const std::string& word) {
    std::map<std::string, std::size_t> sources;
    const auto body = club_.ask(name, "GET", "/api/v1/search?limit=100&q=" + word);
    REQUIRE(body.ok());
    const auto page = from_json<swapmeet::SearchPage>(*body).value();
    for (const auto& hit : page.hits) sources[hit.content.text()] = hit.sources;
    CHECK(page.total == page.hits.size());
    return sources;
  }
  bool finds_what_is_expected(const std::string& name, const std::string& word) {
    const auto counts = found(name, word);
    const auto sources = expected(name, word);
    return counts.size() == sources.size() &&
           std::all_of(counts.begin(), counts.end(), [&](const auto& one) {
             const auto at = sources.find(one.first);
             return at != sources.end() && at->second.size() == one.second;
           });
  }

  void search(const std::string& name, const std::string& word) {
    INFO(word);
    CHECK(finds_what_is_expected(name, word));
  }
  void content(const std::string& name) {
    const auto content =
        *std::next(contents_.begin(), static_cast<std::ptrdiff_t>(pick(contents_.size())));
    const auto all = expected(name, "letter");
    const auto got = club_.content(name, content);
    INFO(content);
    if (!all.contains(content)) {
      CHECK(got.error().code == ErrorCode::not_found);
      return;
    }
    REQUIRE(got.ok());
    std::set<std::string> sources;
    for (const auto& source : got->sources) sources.insert(source.peer.text());
    CHECK(sources == all.at(content));
  }
  std::vector<std::string> to_browse(const std::string& name, const Peer& peer) const {
    std::vector<std::string> paths;
    for (const auto& [share, one] : peer.shares)
      for (const auto& [path, content] : one.files)
        if (one.audience.admits(who(name))) paths.push_back(share + '/' + path);
    return paths;
  }
  std::vector<std::string> browsed(const std::string& name, const Peer& peer) {
    std::vector<std::string> paths;
    const auto body = club_.ask(name, "GET", "/api/v1/peers/" + peer.id + "/files?limit=100");
    REQUIRE(body.ok());
    const auto page = from_json<swapmeet::Page<swapmeet::Listing>>(*body).value();
    for (const auto& listing : page.items) paths.push_back(listing.path);
    return paths;
  }
  void browse(const std::string& name) {
    const auto& peer = any_peer();
    CHECK(browsed(name, peer) == to_browse(name, peer));
  }
  swapmeet::PeerRecord record_of(const std::string& name, const Peer& peer) {
    return from_json<swapmeet::PeerRecord>(
               club_.ask(name, "GET", "/api/v1/peers/" + peer.id).value())
        .value();
  }
  void record(const std::string& name) {
    const auto& peer = any_peer();
    CHECK(record_of(name, peer).files == to_browse(name, peer).size());
  }

  void fetch(const std::string& name) { fetch(name, any_peer()); }
  // Straight from the peer, which knows the asker by a ticket alone.
  void fetch(const std::string& name, const Peer& peer) {
    const auto content =
        *std::next(contents_.begin(), static_cast<std::ptrdiff_t>(pick(contents_.size())));
    bool admitted = false;
    bool for_all = false;
    for (const auto& [share, one] : peer.shares)
      for (const auto& [path, id] : one.files) {
        admitted = admitted || (id == content && one.audience.admits(who(name)));
        for_all = for_all || (id == content && one.audience.everyone);
      }
    const auto ticket = name.empty() ? std::string() : record_of(name, peer).ticket;
    const auto place = peer.address + "/content/" + content;
    INFO("from " << peer.name << ": " << content);
    CHECK(status_of("https://" + place, ticket) == (admitted ? "200" : "404"));
    if (chance(4)) CHECK(status_of("http://" + place, ticket) == (for_all ? "200" : "404"));
    if (chance(4)) {
      const auto& other = any_peer();
      const auto for_other = name.empty() ? std::string() : record_of(name, other).ticket;
      if (&other != &peer)
        CHECK(status_of("https://" + place, for_other) == (for_all ? "200" : "404"));
    }
  }

  Friends club_;
  std::mt19937_64 random_{7};
  std::vector<std::unique_ptr<Peer>> peers_;
  std::map<std::string, std::vector<std::string>> groups_{{"ann", {"friends"}},
                                                          {"bob", {"friends"}}};
  std::set<std::string> contents_;
  int step_ = 0;
};

}  // namespace

TEST_CASE("nobody learns of a private share, or gets what is in it, whom it is not for") {
  RandomClub club;
  club.run();
}

}  // namespace private_shares
