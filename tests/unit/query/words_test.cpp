#include "catch.h"
#include "swapmeet/query.h"

using swapmeet::split_words;
using Words = std::vector<std::string>;

TEST_CASE("words end at separators and where case changes") {
  CHECK(split_words("foo_bar-baz.(live)[2]/x") == Words{"foo", "bar", "baz", "live", "2", "x"});
  CHECK(split_words("camelCase HTTPServer") == Words{"camel", "Case", "HTTP", "Server"});
  CHECK(split_words("Ärger – naïve") == Words{"Ärger", "naïve"});
  CHECK(split_words("").empty());
  CHECK(split_words("._-/").empty());
}
