// The tables of the registry's database, by version. A version that has been released is never
// changed: a new one follows it.
#pragma once

namespace swapmeet::registry_sqlite {

// A listing's row id is the revision of its last change, so that the table is the feed, in order.
// removed holds what is no longer there: a listing (path), or all of a peer (path is null).
inline constexpr const char* kMigrations[] = {R"sql(
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
)sql",
                                              R"sql(
ALTER TABLE listings RENAME TO listings_1;
CREATE TABLE listings(
  revision INTEGER PRIMARY KEY, peer INTEGER NOT NULL REFERENCES peers(key), path TEXT NOT NULL,
  content BLOB NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, audience TEXT NOT NULL,
  attributes TEXT NOT NULL, have INTEGER);
INSERT INTO listings SELECT revision, peer, path, content, size, modified, audience, attributes, have
  FROM listings_1 ORDER BY revision;
DROP TABLE listings_1;
CREATE UNIQUE INDEX listings_by_path ON listings(peer, path);
CREATE INDEX listings_by_content ON listings(content);
)sql",
                                              // What ContentIndex writes in portions.
                                              R"sql(
DROP INDEX listings_by_content;
CREATE TABLE contents(prefix BLOB NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY(prefix, revision))
  WITHOUT ROWID;
INSERT INTO contents SELECT substr(content, 1, 8), revision FROM listings ORDER BY 1, 2;
INSERT INTO meta SELECT 'contents_upto', value FROM meta WHERE name='latest';
)sql",
                                              // How a peer speaks TLS.
                                              R"sql(
ALTER TABLE peers ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN plain INTEGER NOT NULL DEFAULT 1;
)sql",
                                              // Whose limits a peer counts to, and who may take it
                                              // over; sums of sizes that had wrapped.
                                              R"sql(
ALTER TABLE peers ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN heir TEXT;
ALTER TABLE peers ADD COLUMN heir_until INTEGER NOT NULL DEFAULT 0;
UPDATE peers SET origin=CASE account WHEN '' THEN seen ELSE '@'||account END;
UPDATE peers SET bytes=(SELECT CAST(min(total(max(size,0)),4611686018427387904.0) AS INTEGER)
  FROM listings WHERE peer=key);
CREATE INDEX peers_by_origin ON peers(origin);
)sql",
                                              // The proof of an announced address: Reachability.
                                              R"sql(
ALTER TABLE peers ADD COLUMN reached TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peers ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peers ADD COLUMN unreachable TEXT NOT NULL DEFAULT '';
)sql",
                                              // ShareTallies
                                              R"sql(
CREATE TABLE share_tallies(
  peer INTEGER NOT NULL, share TEXT NOT NULL, audience TEXT NOT NULL, files INTEGER NOT NULL,
  bytes INTEGER NOT NULL, PRIMARY KEY(peer, share, audience)) WITHOUT ROWID;
INSERT INTO share_tallies
  SELECT peer, CASE instr(path, '/') WHEN 0 THEN path ELSE substr(path, 1, instr(path, '/')) END,
    audience, count(*), CAST(min(total(max(size,0)),2305843009213693952.0) AS INTEGER)
  FROM listings GROUP BY 1, 2, 3;
CREATE INDEX private_tallies ON share_tallies(peer, audience) WHERE audience<>'';
)sql",
                                              // FolderTallies. Rows of one level are made from
                                              // those of the level above, whose keys they name.
                                              R"sql(
CREATE TABLE folders(key INTEGER PRIMARY KEY, peer INTEGER NOT NULL, parent INTEGER NOT NULL,
  name TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE UNIQUE INDEX folders_by_name ON folders(peer, parent, name);
CREATE TEMP TABLE tallied(peer, audience, folder, level, parent, name, files, bytes);
INSERT INTO tallied
  WITH RECURSIVE part(peer, audience, path, size, level, folder, parent, name, rest) AS (
    SELECT peer, audience, path, max(size,0), 0, '', NULL, audience, path FROM listings
    UNION ALL
    SELECT peer, audience, path, size, level+1, folder||substr(rest, 1, instr(rest, '/')), folder,
      substr(rest, 1, instr(rest, '/')-1), substr(rest, instr(rest, '/')+1)
      FROM part WHERE level<32 AND instr(rest, '/')>0)
  SELECT peer, audience, folder, level, parent, name, count(*),
    CAST(min(total(size),2305843009213693952.0) AS INTEGER)
  FROM part GROUP BY peer, audience, folder;
CREATE TEMP TABLE placed AS SELECT rowid AS key, * FROM tallied;
CREATE INDEX temp.placed_by_folder ON placed(peer, audience, folder);
INSERT INTO folders SELECT one.key, one.peer, coalesce(above.key, 0), one.name, one.files, one.bytes
  FROM placed one LEFT JOIN placed above
  ON above.peer=one.peer AND above.audience=one.audience AND above.folder=one.parent;
DROP TABLE placed;
DROP TABLE tallied;
)sql"};

}  // namespace swapmeet::registry_sqlite
