// What the receiver gets: the changes of one batch as JSON, and the signature that proves who sent
// them.
// Threads: free functions without shared state.
#pragma once

#include <swapmeet/feed.h>

#include <string>
#include <string_view>

namespace webhook {

struct Delivery {
  std::string id;    // the same each time it is tried again
  std::string body;  // JSON; empty: none of the changes is one for the receiver
  swapmeet::FeedPosition upto;
};

// `index`: the name of the host that it comes from. Files that a peer is still downloading are left
// out.
Delivery delivery_of(const swapmeet::ChangeBatch& batch, std::string_view index, std::string id);

// "sha256=…": HMAC-SHA-256 (RFC 2104) of the body, in hex.
std::string signature_of(std::string_view body, std::string_view secret);

}  // namespace webhook
