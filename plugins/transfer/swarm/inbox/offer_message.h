// What another peer may say in an offer and about one. Checked before anything else is done with
// it. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::transfer_swarm {

// An offer is one message, with the names of all files of a folder.
inline constexpr std::size_t kMostOfferedFiles = 5'000;

// `invalid_argument`: malformed; no peer produces this.
Result<void> check_message(const wire::OfferMessage& message, const std::string& token);
// Of a folder: its files.
Result<void> check_files(const wire::OfferMessage& message);

// By which a receiver knows the offer again without reading all of it: the JSON of its id and the
// SHA-256 of the message.
std::string digest_of(const wire::OfferMessage& message);

// A sentence from another peer, fit for one line here; empty when it is not.
std::string tamed(const std::string& text);

// What the other side is told of an offer.
wire::OfferNews news_of(const Offer& offer);

}  // namespace swapmeet::transfer_swarm
