// Databases of the first schemas as they were once written, kept apart from the program's own
// migrations: what they must be able to read for ever. Never changed.
#pragma once

namespace swapmeet::transfer_swarm {

inline constexpr const char* kFirstCatalogue = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('latest', 0), ('oldest', 0);
CREATE TABLE shares(key INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
  folder BLOB NOT NULL, audience TEXT NOT NULL, configured INTEGER NOT NULL);
CREATE TABLE files(share INTEGER NOT NULL REFERENCES shares(key), path BLOB NOT NULL,
  shown TEXT NOT NULL UNIQUE, inode INTEGER NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, content BLOB NOT NULL, revision INTEGER NOT NULL,
  PRIMARY KEY(share, path)) WITHOUT ROWID;
CREATE INDEX files_by_share ON files(share, size);
CREATE INDEX files_by_content ON files(content);
CREATE INDEX files_by_revision ON files(revision);
CREATE TABLE removed(shown TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX removed_by_revision ON removed(revision);
CREATE TABLE layers(content BLOB PRIMARY KEY, size INTEGER NOT NULL, span INTEGER NOT NULL,
  nodes BLOB NOT NULL);
PRAGMA user_version=1;
INSERT INTO meta VALUES('feed', 'abc');
UPDATE meta SET value=9 WHERE name='latest';
INSERT INTO shares VALUES(1, 'music', CAST('/srv/music' AS BLOB), '*', 1),
  (2, 'private', CAST('/srv/private' AS BLOB), 'gfriends
abob
', 0);
INSERT INTO files VALUES
  (1, CAST('live/a' AS BLOB), 'music/live/a', 5, 3, 7000000, x'0100000000000000000000000000000000000000000000000000000000000000', 7),
  (2, CAST('b' AS BLOB), 'private/b', 6, 40000, 8000000, x'0200000000000000000000000000000000000000000000000000000000000000', 8);
INSERT INTO removed VALUES('music/gone', 9);
INSERT INTO layers VALUES(x'0200000000000000000000000000000000000000000000000000000000000000', 40000, 16384, zeroblob(96));
)sql";

inline constexpr const char* kFirstDownloads = R"sql(
CREATE TABLE downloads (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content BLOB NOT NULL,
  name TEXT NOT NULL, folder TEXT NOT NULL, overwrite INTEGER NOT NULL, size INTEGER NOT NULL,
  state TEXT NOT NULL, why TEXT NOT NULL, target TEXT NOT NULL, started INTEGER NOT NULL,
  finished INTEGER NOT NULL, layer BLOB NOT NULL, proven BLOB NOT NULL, sources TEXT NOT NULL);
PRAGMA user_version=1;
INSERT INTO downloads VALUES
  (1, 'aa', x'0100000000000000000000000000000000000000000000000000000000000000', 'done.bin', '/srv/got', 0, 10, 'done', '', '/srv/got/done.bin', 1000, 2000,
   x'', x'', ''),
  (2, 'bb', x'0200000000000000000000000000000000000000000000000000000000000000', 'half.bin', '/srv/got', 1, 3145728, 'paused', 'because', '', 3000, 0,
   zeroblob(96), x'03', '03000000000000000000000000000000 http://127.0.0.1:1/content/x
');
)sql";

inline constexpr const char* kFirstInbox = R"sql(
CREATE TABLE offers (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, incoming INTEGER NOT NULL,
  peer BLOB NOT NULL, peer_name TEXT NOT NULL, content BLOB NOT NULL, name TEXT NOT NULL,
  size INTEGER NOT NULL, done INTEGER NOT NULL, state TEXT NOT NULL, download TEXT NOT NULL,
  why TEXT NOT NULL, created INTEGER NOT NULL, token TEXT NOT NULL, path BLOB NOT NULL,
  inode INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, hashed INTEGER NOT NULL,
  delivered INTEGER NOT NULL, told TEXT NOT NULL, told_done INTEGER NOT NULL, url TEXT NOT NULL);
CREATE INDEX offers_of_state ON offers(state, incoming, peer);
CREATE INDEX offers_of_content ON offers(content);
CREATE TABLE trees (offer TEXT PRIMARY KEY REFERENCES offers(id) ON DELETE CASCADE,
  content BLOB NOT NULL, size INTEGER NOT NULL, span INTEGER NOT NULL, nodes BLOB NOT NULL);
PRAGMA user_version=1;
INSERT INTO offers VALUES
  (1, 'in', 1, x'03000000000000000000000000000000', 'ann', x'0100000000000000000000000000000000000000000000000000000000000000', 'a.zip', 10, 4, 'accepted',
   'dd', '', 1000, 'secret', x'', 0, 0, 0, 1, 'accepted', 4, 'http://127.0.0.1:1'),
  (2, 'out', 0, x'04000000000000000000000000000000', 'bob', x'0200000000000000000000000000000000000000000000000000000000000000', 'b.zip', 40000, 0, 'waiting',
   '', '', 2000, 'word', CAST('/srv/b.zip' AS BLOB), 5, 7, 1, 0, 'waiting', 0, '');
INSERT INTO trees VALUES('out', x'0200000000000000000000000000000000000000000000000000000000000000', 40000, 16384, zeroblob(96));
)sql";

}  // namespace swapmeet::transfer_swarm
