// Whole files that others fetch from here: what is one file to whoever fetches it comes in many
// answers, over several connections, and often only in part, for other peers have it too. An upload
// is over when all of the file has gone to its reader, or when the reader has asked for nothing for
// a while.
// Threads: for one at a time (the UploadMeter holds its lock). It reads no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "swapmeet/time.h"
#include "swapmeet/uploads.h"
#include "transfer/swarm/pace/upload_slots.h"

namespace swapmeet::transfer_swarm {

struct FileUpload {
  std::uint64_t number = 0;  // since the host started, from 1
  UploadStatus status;
  bool broken = false;  // an answer was, and its reader has not come back since
};

class FileUploads {
 public:
  // That a reader may be silent: it comes back for what it needs of a file.
  static constexpr std::chrono::seconds kSilence{10};

  // An answer: the number of the upload that it is a part of. `is_new`: it is the first.
  struct Begun {
    std::uint64_t number = 0;
    bool is_new = false;
  };
  Begun begin(const UploadRequest& request, std::uint64_t answer, Instant now, Time time);
  // Some of that answer went. What went again counts once.
  void sent(std::uint64_t number, std::uint64_t answer, std::uint64_t bytes, Instant now);
  // The answer is over. How much of it was sent.
  std::uint64_t end(std::uint64_t number, std::uint64_t answer, bool complete, Instant now);

  // Those that are over by now, no longer among the others.
  std::vector<FileUpload> take_ended(Instant now, Time time);
  std::vector<FileUpload> list(Instant now) const;  // in the order in which they began

 private:
  using Key = std::tuple<std::string, std::string, ContentId>;  // address, name, content
  struct Answer {
    std::uint64_t offset = 0;
    std::uint64_t sent = 0;
  };
  struct Entry {
    FileUpload upload;
    Key key;
    std::map<std::uint64_t, Answer> answers;         // that run
    std::map<std::uint64_t, std::uint64_t> covered;  // begin and end of what went
    Instant began{};
    Instant moved{};
  };
  static void cover(Entry& entry, std::uint64_t from, std::uint64_t to);
  static void count(Entry& entry);
  static bool is_over(const Entry& entry, Instant now);

  std::map<std::uint64_t, Entry> all_;
  std::map<Key, std::uint64_t> by_key_;
  std::uint64_t last_number_ = 0;
};

}  // namespace swapmeet::transfer_swarm
