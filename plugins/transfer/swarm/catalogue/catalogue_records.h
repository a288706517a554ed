// What the catalogue keeps and tells, as values: shares, files, places, and what is there in part.
// Threads: value types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "swapmeet/attributes.h"
#include "swapmeet/shares.h"
#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

struct StoredShare {
  std::int64_t key = 0;
  ShareSpec spec;
  bool configured = false;
  std::uint64_t device = 0;  // that its folder was last seen on; 0: never seen
  bool withdrawn = false;    // its files are kept, but not in the feed
};

struct ShareCounts {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

// The ctime of a file of which the bytes were found to be others: it is like no file's.
inline constexpr std::int64_t kSpoiled = 1;

// A file as the catalogue knows it.
struct StoredFile {
  std::string path;  // raw bytes, below the share's folder
  FileStamp stamp;
  std::uint64_t device = 0;  // 0: not to be told by its inode
  std::int64_t born_ns = 0;  // inodes are used again; 0: not known, so neither
  // False: it was taken for one that moved here, and has not been read since.
  bool checked = true;
};

// What is said of a file, and by whom: AttributeReader::version().
struct ReadAttributes {
  std::string reader;
  Attributes attributes;
};

// A file that was hashed, but not asked about its attributes by those who read them now.
struct UnreadFile {
  StoredFile file;
  ContentId content;
};

// A file that was read.
struct HashedFile {
  std::string path;
  FileStamp stamp;
  MerkleTree tree;
  std::uint64_t device = 0;
  std::int64_t born_ns = 0;
  std::optional<ReadAttributes> attributes = {};  // when somebody was asked
  bool was_known = false;  // it was hashed before; of the tree there is only the content
};

// A place on this disk where a content is said to be.
struct ContentPlace {
  std::string file;  // absolute, raw bytes
  std::string name;  // as shown
  FileStamp stamp;
  Audience audience;
};

// A content that this host has a part of, as others are told of it.
struct PartialListing {
  std::string path;  // as shown; in no share
  ContentId content;
  std::uint64_t size = 0;
  std::uint64_t have = 0;  // of these bytes
  Audience audience = {};
};

}  // namespace swapmeet::transfer_swarm
