#include "swapmeet/digest.h"

#include "catch.h"

using namespace swapmeet;

// The examples of FIPS 180-4.
TEST_CASE("SHA-256 is that of the standard") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a digest is 32 bytes, also of bytes that are no text") {
  CHECK(sha256(std::string("\0\xff", 2)).size() == kSha256Size);
  CHECK(sha256(std::string("\0", 1)) != sha256(""));
}
