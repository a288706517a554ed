#include "swapmeet/wire/address_proof.h"

#include "json_tools.h"
#include "swapmeet/tls/certificate.h"

namespace swapmeet::wire {
namespace {

std::string hex_of_proof(const std::string& bytes) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string read_hex(JsonReader& in, const char* name) {
  const auto text = in.text(name);
  std::string bytes(text.size() / 2, '\0');
  if (text.empty() || text.size() % 2 != 0 ||
      !from_hex(text, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()))
    in.fail(name, "must be hex digits");
  return bytes;
}

}  // namespace

std::string to_json(const AddressProof& proof) {
  JsonWriter out;
  return out.begin()
      .text("peer", proof.peer.text())
      .text("public_key", hex_of_proof(proof.public_key))
      .text("signature", hex_of_proof(proof.signature))
      .end()
      .take();
}

Result<AddressProof> address_proof_from(std::string_view json) {
  JsonReader in(json);
  AddressProof proof;
  proof.peer = in.id<PeerId>("peer");
  proof.public_key = read_hex(in, "public_key");
  proof.signature = read_hex(in, "signature");
  return in.finish(std::move(proof));
}

std::string proof_text(std::string_view nonce, const PeerId& peer, const PeerId& index) {
  return "swapmeet proof of address 1\n" + std::string(nonce) + '\n' + peer.text() + '\n' +
         index.text() + '\n';
}

Result<void> check_proof(const AddressProof& proof, std::string_view nonce, const PeerId& peer,
                         const PeerId& index, const std::string& fingerprint) {
  if (proof.peer != peer) return not_allowed("another peer answers there: " + proof.peer.text());
  if (!fingerprint.empty() && tls::fingerprint_of(proof.public_key) != fingerprint)
    return not_allowed("who answers there has another key than this peer");
  if (!tls::is_signed(proof.public_key, proof_text(nonce, peer, index), proof.signature))
    return not_allowed("who answers there cannot sign as this peer");
  return {};
}

bool is_nonce(std::string_view text) {
  return text.size() >= 32 && text.size() <= 128 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace swapmeet::wire
