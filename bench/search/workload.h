// A community that looks like life, made from a seed: peers, what they share, and what is asked.
// Names are those of music, films, documents, pictures, software and data sets, word frequencies
// follow Zipf, and popular contents are at thousands of peers, some under other names and folders.
// Threads: a Workload never changes after it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "swapmeet/listing.h"

namespace swapmeet::bench {

enum class QueryClass { rare, medium, common, adversarial, prefix, filtered, misspelt };
inline constexpr QueryClass kQueryClasses[] = {
    QueryClass::rare,   QueryClass::medium,   QueryClass::common,  QueryClass::adversarial,
    QueryClass::prefix, QueryClass::filtered, QueryClass::misspelt};
const char* name_of(QueryClass query_class);

class Workload {
 public:
  struct Size {
    std::size_t listings = 1'000'000;
    std::size_t contents = listings / 25;  // 10 million listings: about a million (content, path)
    std::size_t peers = listings / 100;
    bool attributes = false;  // sound files and pictures have them
  };
  Workload(std::uint64_t seed, const Size& size);

  const Size& size() const { return size_; }
  PeerId peer_id(std::size_t peer) const;
  std::string peer_name(std::size_t peer) const;
  // What one peer shares, the same at every call, in the order of paths, in which a peer's scan
  // finds and announces them. Together about size().listings.
  std::vector<Listing> listings(std::size_t peer) const;
  std::vector<std::string> queries(QueryClass query_class, std::size_t count) const;
  // That ask for attributes, alone and with words.
  std::vector<std::string> attribute_queries(std::size_t count) const;

 private:
  struct Content {
    std::string folder;
    std::string name;
    std::uint64_t size = 0;
    std::map<std::string, std::string> attributes = {};
  };
  using Random = std::mt19937_64;
  std::string word(Random& random) const;
  std::string words(Random& random, std::size_t least, std::size_t most) const;
  Content make_content(Random& random) const;
  Content content(std::size_t number) const;
  std::string variant_path(const Content& what, std::size_t number, std::size_t variant) const;
  std::size_t listings_of(std::size_t peer) const;

  const std::uint64_t seed_;
  const Size size_;
  std::vector<std::string> words_;  // from the most to the least frequent
};

}  // namespace swapmeet::bench
