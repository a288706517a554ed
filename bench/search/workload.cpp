#include "bench/search/workload.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <unordered_set>

namespace swapmeet::bench {
namespace {

constexpr std::size_t kVocabulary = 200'000;

std::uint64_t mix(std::uint64_t value) {  // SplitMix64
  value += 0x9E37'79B9'7F4A'7C15U;
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9U;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EBU;
  return value ^ (value >> 31);
}

// A rank below `count`, ranks falling off with the exponent (inverse of the continuous law).
std::size_t zipf(std::mt19937_64& random, std::size_t count, double exponent) {
  const double u = std::uniform_real_distribution<>(0, 1)(random);
  const double power = 1 - exponent;
  const double most = std::pow(static_cast<double>(count) + 1, power);
  const double x = std::pow(u * (most - 1) + 1, 1 / power);
  return std::min(count - 1, static_cast<std::size_t>(x - 1));
}

template <std::size_t N>
const char* one_of(std::mt19937_64& random, const std::array<const char*, N>& choices) {
  return choices[random() % N];
}

template <class Id>
Id id_from(std::uint64_t number) {
  Id id;
  for (std::size_t at = 0; at < Id::kSize; at += 8) {
    const auto part = mix(number + at);
    std::memcpy(id.bytes.data() + at, &part, 8);
  }
  return id;
}

std::vector<std::string> vocabulary(std::uint64_t seed) {
  constexpr std::array<const char*, 40> kSyllables{
      "ba",  "ri", "lo",  "ten", "mar", "shi",  "ko",  "ven", "tra", "del",
      "su",  "mi", "per", "gon", "ca",  "li",   "dor", "an",  "el",  "is",
      "ro",  "na", "fe",  "wu",  "ja",  "zo",   "hul", "qua", "sto", "ber",
      "ing", "er", "pi",  "no",  "gra", "ther", "om",  "ul",  "ke",  "va"};
  std::vector<std::string> words{"the",  "of",   "and",  "a",    "in",  "to",
                                 "live", "love", "part", "feat", "vol", "2019"};
  std::unordered_set<std::string> known(words.begin(), words.end());
  std::mt19937_64 random(seed);
  while (words.size() < kVocabulary) {
    std::string word;
    // Frequent words are short.
    const auto syllables = 1 + (words.size() > 300) + (words.size() > 10'000) + random() % 2;
    for (std::size_t i = 0; i < syllables; ++i) word += one_of(random, kSyllables);
    if (known.insert(word).second) words.push_back(std::move(word));
  }
  return words;
}

std::string capital(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
  return word;
}

}  // namespace

const char* name_of(QueryClass query_class) {
  constexpr const char* kNames[] = {"rare",   "medium",   "common",  "adversarial",
                                    "prefix", "filtered", "misspelt"};
  return kNames[static_cast<std::size_t>(query_class)];
}

Workload::Workload(std::uint64_t seed, const Size& size)
    : seed_(seed), size_(size), words_(vocabulary(seed)) {}

PeerId Workload::peer_id(std::size_t peer) const {
  return id_from<PeerId>(mix(seed_ + 1) + peer * 16);
}
std::string Workload::peer_name(std::size_t peer) const {
  return words_[mix(peer) % 5000] + std::to_string(peer);
}

std::string Workload::word(Random& random) const { return words_[zipf(random, kVocabulary, 1.07)]; }

std::string Workload::words(Random& random, std::size_t least, std::size_t most) const {
  std::string text;
  for (auto n = least + random() % (most - least + 1); n > 0; --n)
    text += (text.empty() ? "" : " ") + capital(word(random));
  return text;
}

// The words that only one kind has ("remix", "1080p") make the pairs that hardly ever meet.
Workload::Content Workload::make_content(Random& random) const {
  const auto kind = random() % 100;
  const auto year = std::to_string(1960 + random() % 66);
  if (kind < 45) {
    const auto artist = words(random, 1, 3);
    const auto album = words(random, 1, 4);
    const auto track = 1 + random() % 16;
    const auto title = words(random, 1, 5) + (random() % 8 == 0 ? " (Remix)" : "");
    auto name =
        std::string(track < 10 ? "0" : "") + std::to_string(track) + " - " + artist + " - " + title;
    Content content{artist + "/" + album + " (" + year + ")",
                    name + one_of(random, std::array{".mp3", ".flac", ".ogg"}),
                    3'000'000 + random() % 40'000'000};
    if (size_.attributes)
      content.attributes = {{"artist", artist},
                            {"title", title},
                            {"album", album},
                            {"genre", words_[content.size % 50]},
                            {"year", year},
                            {"length", std::to_string(content.size / 100'000)},
                            {"bitrate", std::to_string(128 << content.size % 3)}};
    return content;
  }
  if (kind < 55) {
    auto name = words(random, 1, 5);
    std::replace(name.begin(), name.end(), ' ', '.');
    return {"Films/" + name,
            name + "." + year + "." + one_of(random, std::array{"1080p", "720p", "2160p"}) + "." +
                one_of(random, std::array{"x264", "x265", "BluRay"}) + ".mkv",
            700'000'000 + random() % 8'000'000'000};
  }
  if (kind < 75) {
    auto name = words(random, 2, 7);
    if (random() % 3 == 0) std::replace(name.begin(), name.end(), ' ', '_');
    return {"Documents/" + words(random, 1, 2),
            name + (random() % 5 == 0 ? " report" : "") +
                one_of(random, std::array{".pdf", ".docx", ".epub", ".txt"}),
            20'000 + random() % 20'000'000};
  }
  if (kind < 90) {
    Content content{
        "Pictures/" + year + "/" + words(random, 1, 3),
        "IMG_" + std::to_string(1000 + random() % 9000) + " " + words(random, 0, 2) + ".jpg",
        500'000 + random() % 9'000'000};
    if (size_.attributes)
      content.attributes = {{"width", content.size % 2 ? "4000" : "1920"},
                            {"height", content.size % 2 ? "3000" : "1080"},
                            {"year", year}};
    return content;
  }
  if (kind < 95)
    return {"Software/" + words(random, 1, 1),
            words(random, 1, 2) + "-" + std::to_string(random() % 12) + "." +
                std::to_string(random() % 30) + "-setup" +
                one_of(random, std::array{".exe", ".tar.gz", ".iso"}),
            1'000'000 + random() % 3'000'000'000};
  return {"Data/" + words(random, 1, 2),
          words(random, 1, 3) + " dataset " + year + one_of(random, std::array{".csv", ".zip"}),
          10'000 + random() % 5'000'000'000};
}

Workload::Content Workload::content(std::size_t number) const {
  Random random(mix(seed_ + 2 + number));
  return make_content(random);
}

// Some share little, few share very much; the mean is listings / peers.
std::size_t Workload::listings_of(std::size_t peer) const {
  Random random(mix(seed_ + 3) + peer);
  const double mean = static_cast<double>(size_.listings) / static_cast<double>(size_.peers);
  std::lognormal_distribution<> lognormal(std::log(mean) - 0.5, 1);
  return std::max<std::size_t>(1, static_cast<std::size_t>(lognormal(random)));
}

// How most have a content is its variant 0; the more copies there are the more others there are,
// too.
std::string Workload::variant_path(const Content& what, std::size_t number,
                                   std::size_t variant) const {
  constexpr std::array kShares{"music", "shared", "stuff", "files", "media", "public"};
  Random random(mix(mix(seed_ + 7 + number) + variant));
  std::string folder = what.folder;
  std::string name = what.name;
  if (variant > 0) {
    const auto dice = random() % 100;
    if (dice < 25)
      std::replace(name.begin(), name.end(), ' ', '_');
    else if (dice < 35)
      name = "copy of " + name;
    else if (dice < 45)
      name = words(random, 1, 2) + " " + name;
    if (random() % 100 < 50) folder = "my " + word(random);
  }
  return std::string(one_of(random, kShares)) + "/" + folder + "/" + name;
}

std::vector<Listing> Workload::listings(std::size_t peer) const {
  constexpr std::size_t kVariants = 1000;
  Random random(mix(seed_ + 4) + peer);
  std::vector<Listing> all;
  std::unordered_set<std::string> paths;
  for (auto n = listings_of(peer); n > 0; --n) {
    const auto number = zipf(random, size_.contents, 0.85);
    const auto what = content(number);
    Listing listing;
    listing.path = variant_path(what, number, zipf(random, kVariants, 3));
    if (!paths.insert(listing.path).second) continue;
    listing.content = id_from<ContentId>(mix(seed_ + 5) + number * 32);
    listing.size = what.size;
    listing.attributes = what.attributes;
    listing.modified =
        Time(std::chrono::milliseconds(1'600'000'000'000 + random() % 150'000'000'000));
    all.push_back(std::move(listing));
  }
  std::sort(all.begin(), all.end(),
            [](const Listing& a, const Listing& b) { return a.path < b.path; });
  return all;
}

std::vector<std::string> Workload::attribute_queries(std::size_t count) const {
  Random random(mix(seed_ + 8));
  const auto ranked = [&](std::size_t from, std::size_t to) {
    return words_[from + random() % (to - from)];
  };
  constexpr std::array kNumbers{"bitrate>=256", "length>5m", "year=1999", "width>1920"};
  std::vector<std::string> all;
  while (all.size() < count) {
    switch (random() % 6) {
      case 0: all.push_back("artist:" + ranked(20, 2'000)); break;
      case 1: all.push_back("artist:" + ranked(2'000, 20'000)); break;
      case 2: all.push_back("title:\"" + ranked(0, 100) + ' ' + ranked(0, 300) + '"'); break;
      case 3: all.push_back(ranked(20, 2'000) + ' ' + one_of(random, kNumbers)); break;
      case 4: all.push_back("album:" + ranked(20, 2'000).substr(0, 3) + "* bitrate<256"); break;
      default: all.emplace_back(one_of(random, kNumbers)); break;
    }
  }
  return all;
}

std::vector<std::string> Workload::queries(QueryClass query_class, std::size_t count) const {
  Random random(mix(seed_ + 6) + static_cast<std::size_t>(query_class));
  const auto ranked = [&](std::size_t from, std::size_t to) {
    return words_[from + random() % (to - from)];
  };
  constexpr std::array kOnly{"remix", "1080p", "x264", "setup", "dataset", "img", "report"};
  constexpr std::array kFilters{" type:audio", " type:video", " ext:pdf",
                                " size>10M",   " -the",       " type:image size<5M"};
  std::vector<std::string> all;
  while (all.size() < count) {
    switch (query_class) {
      case QueryClass::rare:
        all.push_back(ranked(20'000, kVocabulary) + (random() % 2 ? " " + ranked(0, 2000) : ""));
        break;
      case QueryClass::medium:
        all.push_back(ranked(300, 5000) + (random() % 2 ? " " + ranked(20, 300) : ""));
        break;
      case QueryClass::common:
        all.push_back(ranked(0, 30) + (random() % 2 ? " " + ranked(0, 30) : "") +
                      (random() % 4 == 0 ? " mp3" : ""));
        break;
      case QueryClass::adversarial: {
        std::string query = one_of(random, kOnly);
        const std::string second = one_of(random, kOnly);
        if (query == second) break;
        query += ' ';
        all.push_back(query += second);
        break;
      }
      case QueryClass::prefix:
        all.push_back(ranked(100, 20'000).substr(0, 2 + random() % 3) + "*");
        break;
      case QueryClass::filtered: all.push_back(ranked(50, 2000) + one_of(random, kFilters)); break;
      case QueryClass::misspelt: {
        auto word = ranked(500, 20'000);
        if (word.size() < 5) break;
        word.erase(1 + random() % (word.size() - 2), 1);
        all.push_back(std::move(word));
      }
    }
  }
  return all;
}

}  // namespace swapmeet::bench
