#include "swapmeet/wire/json_value.h"

#include "swapmeet/testing/catch.h"

namespace swapmeet::wire {

TEST_CASE("JSON of any form is walked through by name") {
  const auto parsed = JsonValue::parse(
      R"({"user":{"name":"ann","groups":["staff","dev",7],"admin":true},"age":41,"ratio":0.5,"none":null})");
  REQUIRE(parsed);
  const auto& json = *parsed;
  CHECK(json["user"]["name"].text() == "ann");
  CHECK(json["user"]["groups"].texts() == std::vector<std::string>{"staff", "dev"});
  CHECK(json["user"]["groups"].items().size() == 3);
  CHECK(json["user"]["admin"].boolean());
  CHECK(json["age"].count() == 41);
  CHECK(json["age"].number() == 41);
  CHECK(json["ratio"].number() == 0.5);
  CHECK(json["none"].is_null());
  CHECK(json.members().at(1).first == "age");
}

TEST_CASE("what is missing or of another type is what the reader says instead") {
  const auto json = *JsonValue::parse(R"({"a":"text","n":-1})");
  CHECK(json["b"]["c"]["d"].text("none") == "none");
  CHECK(json["a"].count(7) == 7);
  CHECK(json["n"].count(7) == 7);
  CHECK(json["n"].number() == -1);
  CHECK(json["a"].items().empty());
  CHECK(json["a"].members().empty());
  CHECK(json["a"]["b"].is_null());
}

TEST_CASE("what is no JSON says where it is wrong") {
  const auto wrong = JsonValue::parse(R"({"a":})");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::invalid_argument);
  CHECK(wrong.error().position == 5);
  CHECK_FALSE(JsonValue::parse(std::string(100, '[')));
  CHECK_FALSE(JsonValue::parse(std::string_view("{}\0", 3)));
  CHECK_FALSE(JsonValue::parse("\"\xff\""));
}

}  // namespace swapmeet::wire
