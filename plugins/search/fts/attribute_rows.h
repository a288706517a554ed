// The attributes of docs: each set of them is a row, however many docs have it, found by its words
// (FTS5) and by its numbers. Docs without attributes have none of it.
// Threads: as the database that they are given.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "swapmeet/attributes.h"
#include "swapmeet/query.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::search_fts {

// Counts from 1; 0 is none.
using AttributesKey = std::uint32_t;

class AttributeRows {
 public:
  explicit AttributeRows(sqlite::Database& writer) : writer_(writer) {}

  // The row of the set, made when it is new.
  AttributesKey key_of(const Attributes& attributes);
  // A doc more, or one less, has it.
  void use(AttributesKey key, int change);
  // Drops those that no doc has any more.
  void finish();
  void start_over();

 private:
  void add(AttributesKey key, const Attributes& attributes);
  void drop(AttributesKey key, const Attributes& attributes);

  sqlite::Database& writer_;
  std::vector<AttributesKey> touched_;
};

// Whether they have the attribute that the filter asks for, and it holds.
bool has(const Attributes& attributes, const QueryFilter& filter);
Attributes attributes_of(sqlite::Database& reader, AttributesKey key);
// The sets for which the filter holds, whether it is negated or not; ascending.
std::vector<AttributesKey> holding(sqlite::Database& reader, const QueryFilter& filter);

}  // namespace swapmeet::search_fts
