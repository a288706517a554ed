// Asks the readers of attributes about a file, once it is hashed. A file that they cannot read has
// no attributes, and is not asked about again until they change.
// Threads: thread-safe; the hashing threads ask.
#pragma once

#include <optional>
#include <string>

#include "swapmeet/attribute_reader.h"
#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue_records.h"

namespace swapmeet::transfer_swarm {

class FileAttributes {
 public:
  // Both must outlive it.
  FileAttributes(AttributeReader& reader, Clock& clock) : reader_(reader), clock_(clock) {}

  // Who reads: files that others have read are read again. Empty: nobody does now.
  std::string version() const { return reader_.version(); }
  bool reads(const std::string& path) const;
  // nullopt: nobody could be asked now, or the file is another one than was stamped.
  std::optional<ReadAttributes> read(const std::string& file, const FileStamp& stamp) const;

 private:
  AttributeReader& reader_;
  Clock& clock_;
};

}  // namespace swapmeet::transfer_swarm
