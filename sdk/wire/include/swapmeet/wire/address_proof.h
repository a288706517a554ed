// How a peer proves that an address is its own: the index asks there for a nonce to be signed
// (GET /proof?nonce=…&index=…), and the peer answers with its id, its key and the signature.
// Threads: values and free functions.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/id.h"
#include "swapmeet/result.h"

namespace swapmeet::wire {

struct AddressProof {
  PeerId peer;
  std::string public_key;  // DER; bytes
  std::string signature;   // of proof_text(); bytes
};
std::string to_json(const AddressProof& proof);
Result<AddressProof> address_proof_from(std::string_view json);

// What is signed: what it is for, the nonce, who signs, and for which index, so that the answer is
// of use nowhere else. An index is known by the peer id of its host.
std::string proof_text(std::string_view nonce, const PeerId& peer, const PeerId& index);

// Whether this is the answer to that nonce by this peer, and, where its fingerprint is known, with
// the key of that fingerprint. `not_allowed` says in what it fails.
Result<void> check_proof(const AddressProof& proof, std::string_view nonce, const PeerId& peer,
                         const PeerId& index, const std::string& fingerprint);

// Whether it may be signed: 32 to 128 small hex digits.
bool is_nonce(std::string_view text);

}  // namespace swapmeet::wire
