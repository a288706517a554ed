// The peer's end of a proof: it signs for its own index, and for no other.
#include "host/reach/proof_answer.h"

#include <thread>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/wire/address_proof.h"
#include "tests/unit/reach/own_key.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

const std::string kNonce(64, 'a');
const PeerId kSelf{{1}};
const PeerId kIndex{{7}};

struct World {
  testing::ManualClock clock;
  testing::OwnKey key;
  ProofAnswer proof{kSelf, key, clock};

  http::Response ask(const PeerId& index, const std::string& nonce = kNonce) {
    http::Request request;
    request.query = {{"nonce", nonce}, {"index", index.text()}};
    return proof.answer(request);
  }
};

Result<void> check(const http::Response& response, const PeerId& index,
                   const std::string& nonce = kNonce, const std::string& fingerprint = {}) {
  const auto proof = wire::address_proof_from(std::get<std::string>(response.body));
  if (!proof) return proof.error();
  return wire::check_proof(*proof, nonce, kSelf, index, fingerprint);
}

}  // namespace

TEST_CASE("a peer signs for the index that it is registered with") {
  World world;
  world.proof.registered(kIndex);
  const auto response = world.ask(kIndex);
  CHECK(response.status == 200);
  CHECK(std::get<std::string>(response.body).size() < 512);
  CHECK(check(response, kIndex, kNonce, world.key.fingerprint()).ok());
}

TEST_CASE("an answer is good for one nonce, one peer, one index and one key only") {
  World world;
  world.proof.registered(kIndex);
  const auto response = world.ask(kIndex);
  CHECK_FALSE(check(response, kIndex, std::string(64, 'b')).ok());
  CHECK_FALSE(check(response, PeerId{{8}}).ok());
  CHECK_FALSE(check(response, kIndex, kNonce, std::string(64, '0')).ok());
  auto proof = *wire::address_proof_from(std::get<std::string>(response.body));
  CHECK_FALSE(wire::check_proof(proof, kNonce, PeerId{{2}}, kIndex, {}).ok());
  proof.signature[0] = static_cast<char>(proof.signature[0] ^ 1);
  CHECK_FALSE(wire::check_proof(proof, kNonce, kSelf, kIndex, {}).ok());
  proof = *wire::address_proof_from(std::get<std::string>(response.body));
  proof.public_key = testing::OwnKey().public_key();
  CHECK_FALSE(wire::check_proof(proof, kNonce, kSelf, kIndex, {}).ok());
}

TEST_CASE("nobody passes on the question of another index") {
  World world;
  CHECK(world.ask(kIndex).status == 403);  // not registered anywhere
  world.proof.registered(kIndex);
  CHECK(world.ask(PeerId{{8}}).status == 403);
  CHECK(world.ask(PeerId{}).status == 403);
  world.proof.registered(PeerId{});  // an index that does not say who it is
  CHECK(world.ask(PeerId{}).status == 403);
}

TEST_CASE("a question that is none is refused") {
  World world;
  world.proof.registered(kIndex);
  for (const auto& nonce : {std::string(), std::string(31, 'a'), std::string(129, 'a'),
                            std::string(63, 'a') + 'A', std::string(63, 'a') + '\n'})
    CHECK(world.ask(kIndex, nonce).status == 400);
  http::Request request;
  CHECK(world.proof.answer(request).status == 400);
}

TEST_CASE("an index that connects before its answer has come is waited for") {
  World world;
  world.proof.registering();
  http::Response response;
  std::thread asking([&] { response = world.ask(kIndex); });
  world.clock.await_waiters(1);
  world.proof.registered(kIndex);
  asking.join();
  CHECK(response.status == 200);

  world.proof.registering();
  CHECK(world.ask(kIndex).status == 200);  // known from before
  std::thread refused([&] { response = world.ask(PeerId{{8}}); });
  world.clock.await_waiters(1);
  world.proof.not_registered();
  refused.join();
  CHECK(response.status == 403);
}
