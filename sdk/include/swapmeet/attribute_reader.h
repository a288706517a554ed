// The contract of plugins that look into files: a file in, its attributes (attributes.h) out. A
// peer's transfer plugin asks them for each file that it has hashed. Several plugins of the kind
// are one to it: the host asks the first that reads a file of this name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "swapmeet/attributes.h"
#include "swapmeet/deadline.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct OpenedFile {
  std::string name;        // the last part of its path: "song.flac"
  int descriptor = -1;     // open to be read; stays the caller's, and is good until read() returns
  std::uint64_t size = 0;  // bytes
  Deadline deadline = {};  // after it nobody waits for the answer
};

// Files come from anybody: a reader takes nothing in them for granted, reads no more than it needs
// and keeps no more in memory than a few megabytes. What it throws or answers too late costs the
// file its attributes; one that does so often is left out for a while.
// [any thread, several at a time; between start and stop]
class AttributeReader {
 public:
  static constexpr const char* kInterface = "swapmeet.attribute_reader/1";
  virtual ~AttributeReader() = default;

  // Whether files of this name are worth a look, by their ending as a rule. For each file that is
  // shared, so it must be quick and open nothing. Never throws.
  // [any thread; started]
  virtual bool reads(std::string_view name) const = 0;
  // The attributes, none when there is nothing to tell. `invalid_argument`: the file is broken;
  // `timed_out`: its deadline is over. At most 32 of 1,024 bytes each, in UTF-8 without control
  // characters; what is beyond that is dropped by who asks.
  // [a thread that may block for the disk, several at a time; started]
  virtual Result<Attributes> read(const OpenedFile& file) = 0;
  // What the answers depend on beside the file. When it differs from what it was, files are read
  // again. A plugin's id and version count anyway, so most leave it empty.
  // [any thread; started]
  virtual std::string version() const { return {}; }
};

}  // namespace swapmeet
