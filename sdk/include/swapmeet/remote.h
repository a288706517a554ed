// What a plugin that speaks to an index tells others: where that index is, so that the address
// stands in the configuration once.
#pragma once

#include <string>

namespace swapmeet {

class IndexAddress {
 public:
  static constexpr const char* kInterface = "swapmeet.index_address/1";
  virtual ~IndexAddress() = default;
  virtual std::string index_url() const = 0;  // "http://127.0.0.1:8888"
};

}  // namespace swapmeet
