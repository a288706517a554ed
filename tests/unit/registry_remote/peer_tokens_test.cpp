// What a peer's token at its index is made from, and to whom an earlier one is shown.
#include "registry/remote/peer_tokens.h"

#include <algorithm>

#include "catch.h"
#include "swapmeet/digest.h"

using namespace swapmeet;
using namespace swapmeet::registry_remote;

namespace {

const std::string kSecret(32, 's');
const std::string kKey(64, 'a');
const std::string kOtherKey(64, 'b');
const ToldOfIndex kTold{std::string(32, '1'), kKey};

wire::HostUrl at(const std::string& url) { return *wire::parse_host_url(url); }

std::string bound(const std::string& url, const ToldOfIndex& told = kTold) {
  return bound_to(at(url), told);
}

bool shows(const std::string& url, const std::string& before, const ToldOfIndex& told,
           const std::vector<Remembered>& remembered = {}) {
  const auto all = bound_before(at(url), told, remembered);
  return std::find(all.begin(), all.end(), before) != all.end();
}

}  // namespace

TEST_CASE("where the key is pinned the token stays, wherever the index moves to") {
  CHECK(bound("https://a:1#sha256=" + kKey) == bound("https://b:2#sha256=" + kKey));
  CHECK(bound("https://a:1#sha256=" + kKey) != bound("https://a:1#sha256=" + kOtherKey));
}

TEST_CASE("on this machine the token stays with the index's id") {
  CHECK(bound("http://127.0.0.1:1") == bound("http://localhost:2"));
  CHECK(bound("http://127.0.0.1:1") != bound("http://127.0.0.1:1", {std::string(32, '2'), ""}));
}

TEST_CASE("an id that anybody may claim draws no token out of a peer") {
  // In clear from another machine, and from one whose authority vouches for its name only.
  for (const std::string& url : {std::string("http://a:1"), std::string("https://a:1")}) {
    CHECK(bound(url) == "url:" + url);
    const Remembered own{"url:http://index:8888", kTold};
    CHECK_FALSE(shows(url, own.bound_to, kTold, {own}));
    CHECK_FALSE(shows(url, "key:" + kKey, kTold, {{"key:" + kKey, kTold}}));
  }
  // What it claims as its key is not what the pin has proved.
  CHECK_FALSE(shows("https://a:1#sha256=" + kOtherKey, "url:http://index:8888",
                    {kTold.id, kOtherKey}, {{"url:http://index:8888", kTold}}));
}

TEST_CASE(
    "who had a token by the URL shows it once to the same host, and to one that proved itself") {
  const auto pinned = "https://a:1#sha256=" + kKey;
  CHECK(shows(pinned, "url:http://a:1", kTold));
  CHECK(shows(pinned, "url:https://a:1", kTold));
  CHECK(shows("http://127.0.0.1:1", "url:http://127.0.0.1:1", kTold));
  CHECK(shows("https://a:1", "url:http://a:1", kTold));
  CHECK_FALSE(shows("http://a:1", "url:https://a:1", kTold));
  // It has moved, and holds the key that it told when it was asked in clear.
  CHECK(shows("https://b:2#sha256=" + kKey, "url:http://a:1", kTold, {{"url:http://a:1", kTold}}));
  CHECK(shows("http://localhost:2", "url:http://127.0.0.1:1", kTold,
              {{"url:http://127.0.0.1:1", kTold}}));
}

TEST_CASE("the token by the URL is the one of earlier versions") {
  CHECK(token_for(kSecret, "url:http://a:1") == sha256_hex(kSecret + "\nhttp://a:1"));
  CHECK(token_for(kSecret, "key:" + kKey) != token_for(kSecret, "id:" + kKey));
}

TEST_CASE(
    "what is remembered of indexes is read as it was written; what is no such line is left out") {
  const std::vector<Remembered> all{{"key:" + kKey, kTold}, {"url:http://a:1", {kTold.id, ""}}};
  CHECK(Remembered::read(Remembered::write(all)) == all);
  CHECK(Remembered::read("\n\nnonsense\n").empty());
}
