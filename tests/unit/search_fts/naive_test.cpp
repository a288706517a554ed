// The index against a scan of all listings that does by the book what the query language says: many
// random queries over random files that come, change and go, with fixed seeds.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "catch.h"
#include "search/fts/store.h"
#include "swapmeet/listing.h"
#include "swapmeet/query.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;

namespace {

using Random = std::mt19937;
using Key = std::pair<PeerId, std::string>;

template <class T>
const T& one_of(const std::vector<T>& all, Random& random) {
  return all[random() % all.size()];
}

const std::vector<std::string> kWords{
    "Café",   "song", "LIVE", "YouTube",    "s01e02", "straße", "ΑΘΗΝΑ", "Москва",
    "track7", "the",  "东京", "cafe\u0301", "README", "a",      "mp3",   "naïve"};
const std::vector<std::string> kEndings{".flac", ".mp3", ".txt", ".JPG", ".tar.gz", ""};
const std::vector<std::string> kJoints{"_", " ", "-", ".", " - ", "("};

std::string name(Random& random) {
  std::string text = one_of(kWords, random);
  for (auto i = random() % 3; i > 0; --i) text += one_of(kJoints, random) + one_of(kWords, random);
  return text + one_of(kEndings, random);
}

std::string path(Random& random) {
  std::string text = random() % 2 ? "music" : "Stuff";
  if (random() % 2) text += '/' + one_of(kWords, random);
  return text + '/' + name(random);
}

// Contents have one size, as real ones do.
Listing listing(Random& random) {
  Listing one;
  one.path = path(random);
  const auto what = static_cast<std::uint8_t>(random() % 40);
  one.content.bytes[0] = what;
  one.size = std::uint64_t{1000} * what;
  one.modified = Time(std::chrono::seconds(random() % 1000));
  if (random() % 8 == 0) one.audience = {false, {"staff"}, {}};
  if (random() % 2)
    one.attributes["artist"] = one_of(kWords, random) + ' ' + one_of(kWords, random);
  if (random() % 3 == 0) one.attributes["length"] = std::to_string(random() % 300);
  if (random() % 5 == 0) one.attributes["fps"] = std::to_string(random() % 4) + ".25";
  return one;
}

// What the registry would say of some peers, and the changes that tell it.
struct World {
  std::map<Key, Listing> listings;
  std::map<PeerId, std::pair<std::string, bool>> peers;
  Revision latest = 0;

  std::vector<Change> change(Random& random, int count) {
    std::vector<Change> changes;
    for (int i = 0; i < count; ++i) changes.push_back(one(random));
    return changes;
  }

 private:
  Change one(Random& random) {
    Change change;
    change.revision = ++latest;
    change.peer.bytes[0] = static_cast<std::uint8_t>(1 + random() % 5);
    const auto kind = random() % 40;
    if (kind == 0) {
      change.kind = ChangeKind::clear;
      std::erase_if(listings, [&](const auto& entry) { return entry.first.first == change.peer; });
    } else if (kind < 6) {
      const bool present = kind < 4;
      change.kind = present ? ChangeKind::present : ChangeKind::absent;
      auto& [name, is_present] = peers[change.peer];
      if (present) name = change.peer_name = "Peer" + std::to_string(change.peer.bytes[0]);
      is_present = present;
    } else if (kind < 14 && !listings.empty()) {
      const auto at = std::next(listings.begin(), static_cast<long>(random() % listings.size()));
      change.kind = ChangeKind::remove;
      change.peer = at->first.first;
      change.listing.path = at->first.second;
      listings.erase(at);
    } else {
      change.listing = listing(random);
      listings[{change.peer, change.listing.path}] = change.listing;
    }
    return change;
  }
};

bool matches(const QueryTerm& term, std::string_view text) {
  for (const auto& run : searchable_words(text))
    for (std::size_t at = 0; at + term.words.size() <= run.size(); ++at) {
      bool all = true;
      for (std::size_t i = 0; i < term.words.size(); ++i) {
        const bool begins = term.prefix && i + 1 == term.words.size();
        all =
            all && (begins ? run[at + i].starts_with(term.words[i]) : run[at + i] == term.words[i]);
      }
      if (all) return true;
    }
  return false;
}

bool passes(const QueryFilter& filter, const Listing& one, const PeerId& peer,
            const std::string& peer_name) {
  switch (filter.field) {
    case QueryFilter::Field::type: return media_type_of(one.path) == filter.type;
    case QueryFilter::Field::extension: return extension_of(name_of_path(one.path)) == filter.text;
    case QueryFilter::Field::path:
      return fold(one.path).find(fold(filter.text)) != std::string::npos;
    case QueryFilter::Field::min_size: return one.size >= filter.bytes;
    case QueryFilter::Field::max_size: return one.size <= filter.bytes;
    case QueryFilter::Field::words_of:
      return one.attributes.contains(filter.text) &&
             matches(filter.words, one.attributes.at(filter.text));
    case QueryFilter::Field::number_of: {
      if (!one.attributes.contains(filter.text)) return false;
      const auto difference = std::stod(one.attributes.at(filter.text)) - filter.number;
      const auto order = filter.comparison;
      return (difference < 0 && order <= Comparison::at_most) ||
             (difference > 0 && order >= Comparison::at_least) ||
             (std::abs(difference) < 1e-9 && order >= Comparison::at_most &&
              order <= Comparison::at_least);
    }
    case QueryFilter::Field::peer: break;
  }
  return fold(peer_name) == fold(filter.text) || peer.text() == fold(filter.text);
}

struct Expected {
  std::uint32_t sources = 0;
  bool in_name = false;
};

std::map<ContentId, Expected> scan(const World& world, const Query& query, const Identity& viewer) {
  std::map<ContentId, std::set<PeerId>> sources;
  std::map<ContentId, Expected> found;
  const auto counts = [&](const Key& key, const Listing& one) {
    const auto peer = world.peers.find(key.first);
    return peer != world.peers.end() && peer->second.second && one.audience.admits(viewer);
  };
  for (const auto& [key, one] : world.listings) {
    if (!counts(key, one)) continue;
    sources[one.content].insert(key.first);
    const auto file = name_of_path(one.path);
    const auto folder = one.path.substr(0, one.path.size() - file.size());
    bool fits = true;
    bool in_name = true;
    for (const auto& term : query.terms) {
      const bool named = matches(term, file);
      fits = fits && (named || matches(term, folder)) != term.negated;
      if (!term.negated) in_name = in_name && named;
    }
    for (const auto& filter : query.filters)
      fits =
          fits && passes(filter, one, key.first, world.peers.at(key.first).first) != filter.negated;
    if (fits) found[one.content].in_name |= in_name;
  }
  for (auto& [content, expected] : found)
    expected.sources = static_cast<std::uint32_t>(sources[content].size());
  return found;
}

std::string random_query(Random& random) {
  static const std::vector<std::string> kParts{
      "cafe",         "CAFÉ",          "strasse",     "ÅTHINA",      "αθηνα",
      "москва",       "youtube",       "tube",        "s01e02",      "s01*",
      "02",           "\"cafe song\"", "the",         "-the",        "-mp3",
      "type:audio",   "-type:image",   "ext:flac",    "ext:gz",      "size>20K",
      "size<=5K",     "peer:peer2",    "-peer:PEER3", "path:MUSIC",  "path:caf",
      "-path:stuff",  "东京",          "naive",       "readme",      "\"live the\"",
      "t*",           "song.mp3",      "track 7",     "artist:cafe", "artist:\"the song\"",
      "-artist:live", "length>2m",     "length<=100", "-length=7",   "attr.fps>=2.25",
      "artist:tra*",  "attr.fps:1.25"};
  std::string text = one_of(kParts, random);
  for (auto i = random() % 3; i > 0; --i) text += ' ' + one_of(kParts, random);
  return text;
}

// All pages, small ones.
std::vector<Hit> all_hits(swapmeet::search_fts::Store& store, SearchRequest request,
                          std::size_t limit) {
  std::vector<Hit> hits;
  request.page.limit = limit;
  do {
    auto page = store.search(request);
    REQUIRE(page.ok());
    REQUIRE(page->hits.size() <= limit);
    hits.insert(hits.end(), page->hits.begin(), page->hits.end());
    request.page.after = page->next;
  } while (!request.page.after.empty());
  return hits;
}

void compare(swapmeet::search_fts::Store& store, const World& world, const std::string& text,
             const Identity& viewer, std::size_t limit) {
  INFO(text);
  const auto query = parse_query(text);
  if (!query) {
    CHECK(store.search({text, {}, SortOrder::relevance, viewer}).error().position ==
          query.error().position);
    return;
  }
  const auto expected = scan(world, *query, viewer);
  const auto hits = all_hits(store, {text, {}, SortOrder::relevance, viewer}, limit);
  CHECK(store.search({text, {}, SortOrder::relevance, viewer})->total == expected.size());
  REQUIRE(hits.size() == expected.size());
  const bool has_words = std::any_of(query->terms.begin(), query->terms.end(),
                                     [](const auto& term) { return !term.negated; });
  std::pair<bool, std::uint32_t> before{true, ~0U};
  for (const auto& hit : hits) {
    REQUIRE(expected.contains(hit.content));
    const auto& wanted = expected.at(hit.content);
    CHECK(hit.sources == wanted.sources);
    CHECK(hit.name == name_of_path(hit.path));
    const std::pair rank{has_words && wanted.in_name, wanted.sources};
    CHECK(rank <= before);
    before = rank;
  }
}

}  // namespace

TEST_CASE("random queries over random files find what a scan finds, in order, a page at a time") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    Random random(seed);
    const testing::TemporaryFolder folder;
    auto store = std::make_unique<search_fts::Store>(folder.path, 1000);
    World world;
    Revision stands = 0;
    for (int round = 0; round < 12; ++round) {
      auto changes = world.change(random, 60);
      REQUIRE(store->apply({"feed", stands, world.latest, std::move(changes)}).ok());
      stands = world.latest;
      if (round == 6) {  // what is read from the disk is what was in memory
        store.reset();
        store = std::make_unique<search_fts::Store>(folder.path, 1000);
      }
      const Identity staff{"ann", {"staff"}, {}};
      for (int i = 0; i < 25; ++i)
        compare(*store, world, random_query(random), random() % 2 ? Identity{} : staff,
                1 + random() % 7);
    }
  }
}
