#include "search/fts/attribute_rows.h"

#include <random>

#include "catch.h"
#include "search/fts/schema.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::search_fts;

namespace {

struct Kept {
  Kept() { sqlite::migrate(database, kMigrations); }
  AttributesKey put(const Attributes& attributes) {
    const auto key = rows.key_of(attributes);
    rows.use(key, 1);
    return key;
  }
  std::int64_t count(const char* table) {
    return database.integer(std::string("SELECT count(*) FROM ") + table);
  }
  testing::TemporaryFolder folder;
  sqlite::Database database{folder.path / "search.db"};
  AttributeRows rows{database};
};

QueryFilter filter(const std::string& text) { return parse_query(text).value().filters.at(0); }

}  // namespace

TEST_CASE("a set of attributes is one row, for as long as a doc has it") {
  Kept kept;
  const Attributes song{{"artist", "Nina Simone"}, {"length", "622"}};
  CHECK(kept.rows.key_of({}) == 0);
  const auto key = kept.put(song);
  CHECK(kept.put(song) == key);
  CHECK(attributes_of(kept.database, key) == song);
  CHECK(attributes_of(kept.database, 0).empty());
  kept.rows.use(key, -1);
  kept.rows.finish();
  CHECK(holding(kept.database, filter("artist:nina")) == std::vector{key});
  kept.rows.use(key, -1);
  kept.rows.finish();
  CHECK(kept.count("attributes") == 0);
  CHECK(kept.count("attribute_numbers") == 0);
  CHECK(holding(kept.database, filter("artist:nina")).empty());
  CHECK(holding(kept.database, filter("length>3m")).empty());
}

TEST_CASE("a set that no doc came to have goes again") {
  Kept kept;
  kept.rows.key_of({{"artist", "Nina Simone"}});
  kept.rows.finish();
  CHECK(kept.count("attributes") == 0);
}

TEST_CASE("what is looked up is what the filter holds for, set by set") {
  Kept kept;
  std::mt19937 random(7);
  const char* const words[] = {"nina", "Simone", "Été", "nine", "the", "live", "東京"};
  const char* const keys[] = {"artist", "title", "mood"};
  std::map<AttributesKey, Attributes> all;
  for (int i = 0; i < 500; ++i) {
    Attributes one;
    for (auto n = 1 + random() % 3; n > 0; --n)
      one[keys[random() % 3]] = std::string(words[random() % 7]) + ' ' + words[random() % 7];
    if (random() % 2) one["length"] = std::to_string(random() % 400);
    if (random() % 4 == 0) one["mood"] = std::to_string(random() % 5) + ".5";
    all.emplace(kept.put(one), one);
  }
  for (const char* text :
       {"artist:nina", "artist:\"nina simone\"", "title:ni*", "attr.mood:ete", "length>3m",
        "length>=180", "length<200", "length<=199", "length=7", "attr.mood>2.5", "attr.mood=1.5",
        "artist:nobody", "artist:東京", "attr.other:x", "attr.other>1", "title:\"the li*\""}) {
    INFO(text);
    std::vector<AttributesKey> expected;
    for (const auto& [key, attributes] : all)
      if (has(attributes, filter(text))) expected.push_back(key);
    CHECK(holding(kept.database, filter(text)) == expected);
  }
}
