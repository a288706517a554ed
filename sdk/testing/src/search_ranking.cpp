// The search contract's sections of the order of hits: by relevance, by what the request asks for,
// and from page to page.
#include <algorithm>
#include <set>

#include "search_checks.h"
#include "search_samples.h"

namespace swapmeet::testing {

// The three rules of hits.h, each alone. What decides later speaks against what decides earlier.
void check_order(SearchSubject& subject) {
  std::vector<Change> changes;
  unsigned peers = 0;
  const auto share = [&](const std::string& path, unsigned content, unsigned sources) {
    for (unsigned peer = 1; peer <= sources; ++peer)
      changes.push_back(put(peer_number(peer), listing_of(path, content, 10)));
    peers = std::max(peers, sources);
  };
  share("song/a.mp3", 1, 4);                                // popular, but in the folder
  share("song/ab.mp3", 2, 4);                               // the same, with a longer name
  share("x/a very long name with a song in it.mp3", 3, 2);  // the name, and its sources
  share("x/song.mp3", 4, 1);
  share("x/a song.mp3", 5, 1);
  share("x/z song one.mp3", 6, 1);
  for (unsigned peer = 1; peer <= peers; ++peer)
    changes.push_back(present(peer_number(peer), "peer " + std::to_string(peer)));
  fill(subject, changes);
  CHECK(names_of(ask(subject.search(), "song")) ==
        std::vector<std::string>{"a very long name with a song in it.mp3", "song.mp3", "a song.mp3",
                                 "z song one.mp3", "a.mp3", "ab.mp3"});
  // One content under several names shows, and counts with, the shortest that has the words.
  fill(subject,
       {put(peer_number(1), listing_of("y/b.mp3", 6, 10)),
        put(peer_number(1), listing_of("y/song", 6, 10))},
       10);
  const auto page = ask(subject.search(), "song");
  CHECK(page.hits.at(1).name == "song");
  CHECK(page.hits.at(1).content == content_number(6));
}

void check_ranking(SearchSubject& subject) {
  std::vector<Change> changes;
  for (unsigned i = 1; i <= 3; ++i)
    changes.push_back(present(peer_number(i), "peer " + std::to_string(i)));
  const auto add = [&](unsigned peer, const std::string& path, unsigned content,
                       std::uint64_t size) {
    auto listing = listing_of(path, content, size);
    listing.modified += std::chrono::hours(content);
    changes.push_back(put(peer_number(peer), listing));
  };
  for (unsigned peer = 1; peer <= 3; ++peer) add(peer, "song/popular.mp3", 1, 10);
  for (unsigned peer = 1; peer <= 2; ++peer) add(peer, "x/song two.mp3", 2, 30);
  add(1, "x/song one.mp3", 3, 20);
  add(2, "song/elsewhere.mp3", 3, 20);
  fill(subject, changes);
  auto& search = subject.search();
  using Names = std::vector<std::string>;
  // Words in the name come before words in the path; then more sources. A hit shows the name that
  // matches best, and the others beside it.
  const auto page = ask(search, "song");
  CHECK(names_of(page).size() == 3);
  for (const auto& hit : page.hits) {
    CHECK(hit.sources == (hit.content == content_number(1) ? 3 : 2));
    if (hit.content == content_number(3)) CHECK(hit.names.size() == 1);
  }
  if (!subject.ranks_by_itself()) {
    CHECK(page.hits.at(2).name == "popular.mp3");
    const std::set<std::string> first{page.hits[0].name, page.hits[1].name};
    CHECK(first == std::set<std::string>{"song one.mp3", "song two.mp3"});
    for (const auto& hit : page.hits)
      if (hit.content == content_number(3)) CHECK(hit.names == Names{"elsewhere.mp3"});
  }
  // Other orders, when asked for.
  const auto in_order = [&](SortOrder sort) { return ask(search, "song", kGuest, sort).hits; };
  CHECK(in_order(SortOrder::sources).at(0).content == content_number(1));
  const auto by_size = in_order(SortOrder::size);
  CHECK(by_size.at(0).size == 30);
  CHECK(by_size.at(2).size == 10);
  const auto by_age = in_order(SortOrder::newest);
  CHECK(by_age.at(0).content == content_number(3));
  CHECK(by_age.at(2).content == content_number(1));
  // The same content in the same place, put again with a newer time, by one of those who have it.
  auto touched = listing_of("song/popular.mp3", 1, 10);
  touched.modified += std::chrono::hours(9);
  fill(subject, {put(peer_number(2), touched)}, 10);
  CHECK(in_order(SortOrder::newest).at(0).content == content_number(1));
  // An older one beside it changes nothing.
  touched.modified -= std::chrono::hours(8);
  fill(subject, {put(peer_number(3), touched)}, 20);
  CHECK(in_order(SortOrder::newest).at(0).content == content_number(1));
}

void check_paging(SearchSubject& subject) {
  for (const auto& batch : random_batches(8)) REQUIRE(subject.follower().apply(batch).ok());
  auto& search = subject.search();
  for (const auto sort :
       {SortOrder::relevance, SortOrder::sources, SortOrder::size, SortOrder::newest}) {
    const auto whole = ask(search, "size>0", kGuest, sort);
    REQUIRE(whole.hits.size() > 60);
    // The same question, the same answer; and its pages are the whole, in order, nothing twice.
    CHECK(ask(search, "size>0", kGuest, sort).hits == whole.hits);
    std::vector<Hit> pieces;
    std::string after;
    do {
      auto page = ask(search, "size>0", kGuest, sort, {7, after});
      // When there are more than are counted, a page may count fewer than a larger one.
      CHECK((page.has_more ? page.total <= whole.total : page.total == whole.total));
      REQUIRE_FALSE(page.hits.empty());
      CHECK(page.hits.size() <= 7);
      pieces.insert(pieces.end(), page.hits.begin(), page.hits.end());
      after = page.next;
      REQUIRE(pieces.size() <= whole.hits.size());
    } while (!after.empty());
    CHECK(pieces == whole.hits);
  }
}

}  // namespace swapmeet::testing
