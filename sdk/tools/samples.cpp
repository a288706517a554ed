#include "samples.h"

#include <array>
#include <exception>
#include <mutex>
#include <thread>

namespace swapmeet::tools {
namespace {

constexpr std::array kWords = {"summer", "song", "Live", "at", "Köln", "ライブ"};
constexpr std::array kEndings = {".flac", ".mp3", ".txt"};

template <class Table>
const char* any_of(const Table& table, Random& random) {
  return table[random() % table.size()];
}

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

PeerId peer_number(unsigned number) {
  PeerId id;
  id.bytes.fill(0x70);
  id.bytes[0] = static_cast<std::uint8_t>(number + 1);
  return id;
}

ContentId content_number(unsigned number) {
  ContentId id;
  id.bytes.fill(0xcc);
  id.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[1] = static_cast<std::uint8_t>(number);
  return id;
}

Listing random_listing(Random& random) {
  Listing listing;
  listing.path = std::string("share/") + any_of(kWords, random) + '/' + any_of(kWords, random) +
                 any_of(kEndings, random);
  listing.content = content_number(static_cast<unsigned>(random() % 60));
  listing.size = 1 + random() % 5'000'000;
  listing.modified = Time(std::chrono::seconds(1'600'000'000 + random() % 100'000'000));
  if (random() % 8 == 0) listing.audience = {false, {"staff"}, {}};
  return listing;
}

ChangeBatch random_batch(Random& random, const std::string& feed, Revision base, unsigned changes) {
  constexpr unsigned kPeers = 4;
  ChangeBatch batch{feed, base, base, {}};
  const auto add = [&](ChangeKind kind, unsigned peer) -> Change& {
    batch.changes.push_back({++batch.upto, kind, peer_number(peer), {}, {}});
    return batch.changes.back();
  };
  if (base == 0)
    for (unsigned peer = 0; peer < kPeers; ++peer)
      add(ChangeKind::present, peer).peer_name = "peer " + std::to_string(peer);
  while (batch.changes.size() < changes) {
    const auto peer = static_cast<unsigned>(random() % kPeers);
    switch (random() % 20) {
      case 0: add(ChangeKind::absent, peer); break;
      case 1: add(ChangeKind::clear, peer); break;
      case 2:
      case 3: add(ChangeKind::present, peer).peer_name = "peer " + std::to_string(peer); break;
      case 4:
      case 5: add(ChangeKind::remove, peer).listing.path = random_listing(random).path; break;
      default: add(ChangeKind::put, peer).listing = random_listing(random);
    }
  }
  return batch;
}

std::string random_query(Random& random) {
  std::string query = any_of(kWords, random);
  switch (random() % 8) {
    case 0: return '"' + query + ' ' + any_of(kWords, random) + '"';
    case 1: return query + " -" + any_of(kWords, random);
    case 2: return "so*";
    case 3: return query + " type:audio";
    case 4: return query + " size>1k";
    case 5: return "ext:txt";
    default: return query;
  }
}

std::vector<std::string> nonsense(Random& random) {
  std::vector<std::string> texts{"",
                                 " ",
                                 "\"",
                                 "\"\"",
                                 "-",
                                 "*",
                                 "**",
                                 "(((",
                                 "type:",
                                 "type:x",
                                 "size>",
                                 "size>x",
                                 "size>99999999999999999999",
                                 "ext:",
                                 "peer:",
                                 "path:",
                                 "foo:bar",
                                 ":",
                                 "OR",
                                 "AND NOT",
                                 "a\"b",
                                 "../..",
                                 "%s%n%d",
                                 "';--",
                                 "\\",
                                 "a\tb\nc",
                                 "<script>",
                                 std::string("a\0b", 3),
                                 "\xff\xfe",
                                 "\xc0\x80",
                                 "\xed\xa0\x80",
                                 "e\xcc\x81",
                                 "😀 😀"};
  texts.emplace_back(20'000, 'a');
  texts.emplace_back(10'000, '"');
  std::string many;
  for (int i = 0; i < 500; ++i) many += "w" + std::to_string(i) + ' ';
  texts.push_back(std::move(many));
  for (std::size_t size = 1; size < 200; size += 7) texts.push_back(random_bytes(random, size));
  return texts;
}

void in_threads(unsigned threads, const std::function<void(unsigned number)>& work) {
  std::mutex mutex;
  std::exception_ptr first;
  std::vector<std::thread> running;
  for (unsigned number = 0; number < threads; ++number)
    running.emplace_back([&, number] {
      try {
        work(number);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
    });
  for (auto& thread : running) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace swapmeet::tools
