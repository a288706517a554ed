#include "search_samples.h"

#include <array>

#include "samples.h"
#include "swapmeet/attributes.h"

namespace swapmeet::testing {
namespace {

constexpr std::array kWords{"summer", "Summer",  "Été",    "winter",     "live",  "LIVE", "Café",
                            "cafe",   "concert", "naïve",  "HTTPServer", "rock2", "Über", "notes",
                            "photo",  "album",   "b-side", "part",       "01",    "02"};
constexpr std::array kSeparators{" ", "_", "-", ".", " (", "] ", ""};
constexpr std::array kEndings{".flac", ".MP3", ".mkv", ".jpg", ".txt", ".tar.gz", ".deb", ""};
constexpr std::array kFolders{"music", "Films", "café", "live sets", "misc"};
constexpr std::array kPeers{"Alice", "bob", "Çem", "dora d", "eve", "fred", "gil"};
constexpr std::array kTypes{"audio", "video", "image", "document", "archive", "software", "other"};

template <class List>
std::string one_of(const List& list, std::minstd_rand& random) {
  return list[random() % list.size()];
}

std::string random_path(std::minstd_rand& random) {
  std::string path = one_of(kFolders, random);
  for (auto depth = random() % 3; depth > 0; --depth) path += '/' + one_of(kWords, random);
  path += '/' + one_of(kWords, random);
  for (auto more = random() % 3; more > 0; --more)
    path += one_of(kSeparators, random) + one_of(kWords, random);
  return path + one_of(kEndings, random);
}

// Of the same file at the same place peers may say different things, or nothing.
Attributes random_attributes(std::minstd_rand& random) {
  Attributes attributes;
  if (random() % 2 == 0) return attributes;
  attributes["artist"] = one_of(kWords, random) + ' ' + one_of(kWords, random);
  if (random() % 2 == 0) attributes["length"] = std::to_string(random() % 400);
  if (random() % 3 == 0) attributes["bitrate"] = std::to_string(64 << random() % 3);
  if (random() % 3 == 0)
    attributes["text"] = one_of(kWords, random) + ", " + one_of(kWords, random) + '!';
  if (random() % 4 == 0) attributes["level"] = std::to_string(random() % 10);
  return attributes;
}

Listing random_listing(std::minstd_rand& random) {
  const auto content = static_cast<unsigned>(random() % 150);
  auto listing = listing_of(random_path(random), content, std::uint64_t{content} * content * 700);
  listing.modified += std::chrono::minutes(content * 37 % 151);
  if (random() % 6 == 0) listing.audience = {false, {"staff"}, {}};
  if (random() % 6 == 0) listing.audience = {false, {}, {"ann", "ben"}};
  listing.attributes = random_attributes(random);
  return listing;
}

std::string attribute_filter(std::minstd_rand& random) {
  const auto op = [&] {
    return std::string(std::array{">", ">=", "<", "<=", "=", ":"}[random() % 6]);
  };
  const auto word = [&]() -> std::string {
    switch (random() % 3) {
      case 0: return one_of(kWords, random).substr(0, 2) + '*';
      case 1: return '"' + one_of(kWords, random) + ' ' + one_of(kWords, random) + '"';
      default: return one_of(kWords, random);
    }
  };
  switch (random() % 5) {
    case 0: return "artist:" + word();
    case 1: return "attr.text:" + word();
    case 2: return "length" + op() + std::array{"200", "3m", "2:30", "0s"}[random() % 4];
    case 3: return "attr.level>" + std::to_string(random() % 10);
    default: return "bitrate" + op() + std::to_string(64 << random() % 3);
  }
}

std::string filter(std::minstd_rand& random) {
  if (random() % 2 == 0) return attribute_filter(random);
  switch (random() % 5) {
    case 0: return "type:" + one_of(kTypes, random);
    case 1: return std::array{"ext:flac", "ext:.mp3", "EXT:gz", "ext:none"}[random() % 4];
    case 2: return "peer:" + std::string(std::array{"alice", "BOB", "çem", "nobody"}[random() % 4]);
    case 3:
      return std::array{"path:MUSIC", "path:films/", "path:\"live s\"", "path:cafe"}[random() % 4];
    default:
      return "size" + std::string(std::array{">", ">=", "<", "<="}[random() % 4]) +
             std::to_string(1 + random() % 15) + "M";
  }
}

std::string term(std::minstd_rand& random) {
  auto word = one_of(kWords, random);
  switch (random() % 6) {
    case 0: return '"' + word + ' ' + one_of(kWords, random) + '"';
    case 1: return word.substr(0, 2 + (static_cast<unsigned char>(word[1]) & 0x80 ? 1 : 0)) + '*';
    default: return word;
  }
}

}  // namespace

std::vector<ChangeBatch> random_batches(unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<ChangeBatch> batches{{"feed", 0, 10, {}}, {"feed", 10, 20, {}}, {"feed", 20, 30, {}}};
  for (unsigned i = 0; i < kPeers.size(); ++i)
    batches[0].changes.push_back(present(peer_number(i + 1), kPeers[i]));
  std::vector<Change> puts;
  for (auto& batch : batches) {
    for (int i = 0; i < 170; ++i) {
      const auto peer = peer_number(static_cast<unsigned>(1 + random() % kPeers.size()));
      puts.push_back(put(peer, random_listing(random)));
      batch.changes.push_back(puts.back());
      if (random() % 4 != 0) continue;  // others have the same file in the same place
      puts.push_back(put(peer_number(static_cast<unsigned>(1 + random() % kPeers.size())),
                         puts.back().listing));
      batch.changes.push_back(puts.back());
    }
    for (int i = 0; i < 12; ++i) {
      const auto& old = puts[random() % puts.size()];
      batch.changes.push_back(i % 2 ? removal(old.peer, old.listing.path) : old);
    }
  }
  batches[1].changes.push_back(absent(peer_number(3)));
  batches[1].changes.push_back(cleared(peer_number(6)));
  batches[1].changes.push_back(put(peer_number(6), listing_of("music/after clear.txt", 7, 34'300)));
  batches[2].changes.push_back(present(peer_number(3), kPeers[2]));
  batches[2].changes.push_back(absent(peer_number(5)));
  batches[2].changes.push_back(absent(peer_number(7)));
  return batches;
}

std::string random_query(std::minstd_rand& random) {
  std::string query;
  const auto add = [&](const std::string& part) { query += (query.empty() ? "" : " ") + part; };
  const auto parts = random() % 3;
  add(random() % 4 == 0 ? filter(random) : term(random));
  for (auto i = parts; i > 0; --i) {
    const std::string sign = random() % 4 == 0 ? "-" : "";
    add(sign + (random() % 3 == 0 ? filter(random) : term(random)));
  }
  return query;
}

}  // namespace swapmeet::testing
