#include "search/fts/attribute_rows.h"

#include <algorithm>

#include "search/fts/match.h"
#include "swapmeet/matching.h"
#include "swapmeet/sqlite/columns.h"

namespace swapmeet::search_fts {
namespace {

// The words of all values. The key is looked at in the row itself.
std::string words_of(const Attributes& attributes) {
  std::string words;
  for (const auto& [key, value] : attributes) {
    if (!words.empty()) words += kGap;
    words += index_text(value);
  }
  return words;
}

const char* numbers_that(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
      return "SELECT attributes FROM attribute_numbers WHERE key=? AND number<?";
    case Comparison::at_most:
      return "SELECT attributes FROM attribute_numbers WHERE key=? AND number<=?";
    case Comparison::equal:
      return "SELECT attributes FROM attribute_numbers WHERE key=? AND number=?";
    case Comparison::at_least:
      return "SELECT attributes FROM attribute_numbers WHERE key=? AND number>=?";
    case Comparison::greater: break;
  }
  return "SELECT attributes FROM attribute_numbers WHERE key=? AND number>?";
}

}  // namespace

AttributesKey AttributeRows::key_of(const Attributes& attributes) {
  if (attributes.empty()) return 0;
  const auto text = sqlite::attributes_text(attributes);
  auto row = writer_.keep("SELECT key FROM attributes WHERE text=?");
  row->with(text);
  if (row->step()) return static_cast<AttributesKey>(row->integer(0));
  writer_.keep("INSERT INTO attributes(text, uses) VALUES(?, 0)")->with(text).run();
  const auto key = static_cast<AttributesKey>(writer_.last_insert_id());
  add(key, attributes);
  touched_.push_back(key);
  return key;
}

void AttributeRows::use(AttributesKey key, int change) {
  if (key == 0) return;
  writer_.keep("UPDATE attributes SET uses=uses+? WHERE key=?")->with(change, key).run();
  if (change < 0) touched_.push_back(key);
}

void AttributeRows::add(AttributesKey key, const Attributes& attributes) {
  writer_.keep("INSERT INTO attribute_words(rowid, text) VALUES(?,?)")
      ->with(key, words_of(attributes))
      .run();
  auto numbers = writer_.keep("INSERT INTO attribute_numbers VALUES(?,?,?)");
  for (const auto& [name, value] : attributes)
    if (const auto number = attribute_number(value)) {
      numbers->reset();
      numbers->bind(1, name).bind_real(2, *number).bind(3, std::int64_t{key}).run();
    }
}

void AttributeRows::drop(AttributesKey key, const Attributes& attributes) {
  writer_.keep("INSERT INTO attribute_words(attribute_words, rowid, text) VALUES('delete',?,?)")
      ->with(key, words_of(attributes))
      .run();
  auto numbers =
      writer_.keep("DELETE FROM attribute_numbers WHERE key=? AND number=? AND attributes=?");
  for (const auto& [name, value] : attributes)
    if (const auto number = attribute_number(value)) {
      numbers->reset();
      numbers->bind(1, name).bind_real(2, *number).bind(3, std::int64_t{key}).run();
    }
}

void AttributeRows::finish() {
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  auto unused = writer_.keep("DELETE FROM attributes WHERE key=? AND uses=0 RETURNING text");
  for (const auto key : touched_) {
    unused->with(key);
    if (!unused->step()) continue;
    const auto attributes = sqlite::attributes_from(unused->view(0));
    unused->reset();
    drop(key, attributes);
  }
  touched_.clear();
}

void AttributeRows::start_over() {
  writer_.execute(
      "INSERT INTO attribute_words(attribute_words) VALUES('delete-all');"
      " DELETE FROM attribute_numbers; DELETE FROM attributes;");
  touched_.clear();
}

bool has(const Attributes& attributes, const QueryFilter& filter) {
  const auto found = attributes.find(filter.text);
  return found != attributes.end() && holds(filter, found->second);
}

Attributes attributes_of(sqlite::Database& reader, AttributesKey key) {
  if (key == 0) return {};
  auto row = reader.keep("SELECT text FROM attributes WHERE key=?");
  row->with(key);
  return row->step() ? sqlite::attributes_from(row->view(0)) : Attributes{};
}

std::vector<AttributesKey> holding(sqlite::Database& reader, const QueryFilter& filter) {
  std::vector<AttributesKey> found;
  if (filter.field == QueryFilter::Field::number_of) {
    auto row = reader.keep(numbers_that(filter.comparison));
    row->reset();
    row->bind(1, filter.text).bind_real(2, filter.number);
    while (row->step()) found.push_back(static_cast<AttributesKey>(row->integer(0)));
  } else {
    auto row = reader.keep(
        "SELECT a.key, a.text FROM attribute_words w CROSS JOIN attributes a ON a.key=w.rowid"
        " WHERE attribute_words MATCH ?");
    row->with(match_of(filter.words));
    while (row->step())
      if (has(sqlite::attributes_from(row->view(1)), filter))
        found.push_back(static_cast<AttributesKey>(row->integer(0)));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace swapmeet::search_fts
