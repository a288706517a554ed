// The tables of the search index, by version. The index can be filled from the registry's feed at
// any time, so a new version drops what the old one kept and starts over. So does a change of how
// words are split or folded: the words that were written are needed again to take a doc out.
// Threads: a constant.
#pragma once

namespace swapmeet::search_fts {

// Drops everything and makes the tables of today.
inline constexpr const char* kAnew = R"sql(
DROP TABLE words; DROP TABLE listings; DROP TABLE docs; DROP TABLE audiences; DROP TABLE peers;
DROP TABLE IF EXISTS attributes; DROP TABLE IF EXISTS attribute_numbers;
DROP TABLE IF EXISTS attribute_words;
UPDATE meta SET feed='', revision=0;
CREATE TABLE peers(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',
  present INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audiences(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE attributes(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, uses INTEGER NOT NULL);
CREATE TABLE attribute_numbers(key TEXT NOT NULL, number REAL NOT NULL, attributes INTEGER NOT NULL,
  PRIMARY KEY(key, number, attributes)) WITHOUT ROWID;
CREATE VIRTUAL TABLE attribute_words USING fts5(text, content='', columnsize=0, tokenize='ascii');
CREATE TABLE docs(key INTEGER PRIMARY KEY, content BLOB NOT NULL, path TEXT NOT NULL,
  audience INTEGER NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
  uses INTEGER NOT NULL, attributes INTEGER NOT NULL);
CREATE UNIQUE INDEX docs_by_content ON docs(content, path, audience, attributes);
CREATE TABLE listings(peer INTEGER NOT NULL, path TEXT NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, folder, content='', columnsize=0, tokenize='ascii');
)sql";

// A doc is one (content, path, audience, attributes), however many peers list it (uses). Its words
// are split and folded before FTS5 sees them, and stand nowhere but in its index.
inline constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE meta(feed TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO meta VALUES('', 0);
CREATE TABLE peers(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',
  folded TEXT NOT NULL DEFAULT '', present INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audiences(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE docs(key INTEGER PRIMARY KEY, content BLOB NOT NULL, path TEXT NOT NULL,
  audience INTEGER NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
  type INTEGER NOT NULL, ext TEXT NOT NULL, modified INTEGER NOT NULL,
  UNIQUE(content, path, audience));
CREATE TABLE listings(peer INTEGER NOT NULL, path TEXT NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE INDEX listings_by_doc ON listings(doc, peer);
CREATE VIRTUAL TABLE words USING fts5(name, path, tokenize='unicode61 remove_diacritics 2');
)sql",
    R"sql(
DROP TABLE words; DROP TABLE listings; DROP TABLE docs; DROP TABLE audiences; DROP TABLE peers;
UPDATE meta SET feed='', revision=0;
CREATE TABLE peers(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',
  present INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audiences(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE docs(key INTEGER PRIMARY KEY, content BLOB NOT NULL, path TEXT NOT NULL,
  audience INTEGER NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
  uses INTEGER NOT NULL);
CREATE UNIQUE INDEX docs_by_content ON docs(content, path, audience);
CREATE TABLE listings(peer INTEGER NOT NULL, path TEXT NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, folder, content='', columnsize=0, tokenize='ascii');
)sql",
    // Han, kana and the like: a word each letter.
    R"sql(
DROP TABLE words; DROP TABLE listings; DROP TABLE docs; DROP TABLE audiences; DROP TABLE peers;
UPDATE meta SET feed='', revision=0;
CREATE TABLE peers(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',
  present INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audiences(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE docs(key INTEGER PRIMARY KEY, content BLOB NOT NULL, path TEXT NOT NULL,
  audience INTEGER NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
  uses INTEGER NOT NULL);
CREATE UNIQUE INDEX docs_by_content ON docs(content, path, audience);
CREATE TABLE listings(peer INTEGER NOT NULL, path TEXT NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, folder, content='', columnsize=0, tokenize='ascii');
)sql",
    // Attributes: what peers say of the same file may
    // differ, so they belong to what a doc is.
    kAnew,
    // By which version of the SDK's words.
    "ALTER TABLE meta ADD COLUMN words TEXT NOT NULL DEFAULT ''"};

}  // namespace swapmeet::search_fts
