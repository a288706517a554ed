// A database of the registry's first schema as it was once written, kept apart from the program's
// own migrations: what they must be able to read for ever. Never changed.
#pragma once

namespace swapmeet::registry_sqlite::testing {

inline constexpr const char* kFirstDatabase = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('latest', 0), ('oldest', 0);
CREATE TABLE peers(
  key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, given TEXT NOT NULL,
  seen TEXT NOT NULL, port INTEGER NOT NULL, dialable INTEGER NOT NULL, account TEXT NOT NULL,
  token BLOB NOT NULL, present INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  feed TEXT NOT NULL DEFAULT '', revision INTEGER NOT NULL DEFAULT 0,
  files INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, flipped INTEGER NOT NULL);
CREATE INDEX peers_by_name ON peers(name, id);
CREATE INDEX peers_by_flip ON peers(flipped);
CREATE TABLE listings(
  peer INTEGER NOT NULL REFERENCES peers(key), path TEXT NOT NULL, content BLOB NOT NULL,
  size INTEGER NOT NULL, modified INTEGER NOT NULL, audience TEXT NOT NULL, attributes TEXT NOT NULL,
  have INTEGER, revision INTEGER NOT NULL, PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE INDEX listings_by_content ON listings(content);
CREATE INDEX listings_by_revision ON listings(revision);
CREATE TABLE removed(revision INTEGER PRIMARY KEY, peer BLOB NOT NULL, path TEXT);
CREATE UNIQUE INDEX removed_by_path ON removed(peer, path);
PRAGMA user_version=1;
INSERT INTO meta VALUES('feed', 'abc');
UPDATE meta SET value=5 WHERE name='latest';
INSERT INTO peers(key,id,name,given,seen,port,dialable,account,token,present,last_seen,files,bytes,
  flipped,feed,revision) VALUES(1,x'01000000000000000000000000000000','ann','','127.0.0.1',1,1,'',
  x'00',1,0,2,30,1,'c',2);
INSERT INTO listings VALUES(1,'a',x'0100000000000000000000000000000000000000000000000000000000000000',
  10,0,'','',NULL,4),
  (1,'b',x'0200000000000000000000000000000000000000000000000000000000000000',20,0,'','',NULL,3);
INSERT INTO removed VALUES(5,x'01000000000000000000000000000000','gone');
)sql";

}  // namespace swapmeet::registry_sqlite::testing
