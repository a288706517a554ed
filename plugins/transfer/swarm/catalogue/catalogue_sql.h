// The catalogue's schema, version by version.
// Threads: constants.
#pragma once

namespace swapmeet::transfer_swarm {

inline constexpr const char* kCatalogueMigrations[] = {
    R"sql(
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
)sql",
    // A path is kept once. Files are told by their inode when they move; those that are gone stay
    // known for a while. A negative revision: withdrawn from the feed.
    R"sql(
ALTER TABLE shares ADD COLUMN device INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shares ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
CREATE TABLE found(key INTEGER PRIMARY KEY, share INTEGER NOT NULL REFERENCES shares(key),
  path BLOB NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  content BLOB NOT NULL, revision INTEGER NOT NULL, device INTEGER NOT NULL,
  UNIQUE(share, path));
INSERT INTO found(share, path, inode, size, mtime_ns, content, revision, device)
  SELECT share, path, inode, size, mtime_ns, content, revision, 0 FROM files;
DROP TABLE files;
ALTER TABLE found RENAME TO files;
CREATE INDEX files_by_share ON files(share, size);
CREATE INDEX files_by_content ON files(content);
CREATE INDEX files_by_revision ON files(revision);
CREATE INDEX files_by_inode ON files(inode);
CREATE TABLE gone(key INTEGER PRIMARY KEY, inode INTEGER NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, device INTEGER NOT NULL, content BLOB NOT NULL,
  since INTEGER NOT NULL);
CREATE INDEX gone_by_inode ON gone(inode);
CREATE INDEX gone_by_content ON gone(content);
CREATE INDEX gone_by_since ON gone(since);
)sql",
    R"sql(
ALTER TABLE files ADD COLUMN born_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE gone ADD COLUMN born_ns INTEGER NOT NULL DEFAULT 0;
)sql",
    // Downloads that are partial sources meanwhile.
    R"sql(
CREATE TABLE partial(id TEXT PRIMARY KEY, shown TEXT NOT NULL, content BLOB NOT NULL,
  size INTEGER NOT NULL, have INTEGER NOT NULL, since INTEGER NOT NULL, revision INTEGER NOT NULL)
  WITHOUT ROWID;
)sql",
    // Audiences as all stores write them (sqlite/columns.h): "*" becomes nothing, and "gfriends",
    // "abob" on lines of their own become "only", "group friends", "account bob".
    R"sql(
UPDATE shares SET audience=CASE audience WHEN '*' THEN '' ELSE 'only' ||
  replace(replace(char(10)||audience, char(10)||'g', char(10)||'group '),
          char(10)||'a', char(10)||'account ') END;
)sql",
    // What readers of attributes said of a content (text as in sqlite/columns.h), and which they
    // were.
    R"sql(
CREATE TABLE readers(key INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE);
CREATE TABLE attributes(content BLOB NOT NULL UNIQUE, reader INTEGER NOT NULL, text TEXT NOT NULL);
)sql",
    R"sql(
ALTER TABLE partial ADD COLUMN audience TEXT NOT NULL DEFAULT '';
)sql",
    // When an inode changed: 0 is not known, and taken over as it is found. What is not checked is
    // to be read again.
    R"sql(
ALTER TABLE files ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN checked INTEGER NOT NULL DEFAULT 1;
ALTER TABLE gone ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE gone ADD COLUMN checked INTEGER NOT NULL DEFAULT 1;
)sql",
    // U+201B in a name is shown as it is: whoever has such a listing under another name starts
    // over.
    R"sql(
DELETE FROM meta WHERE name='feed' AND EXISTS (SELECT 1 FROM files WHERE instr(path, x'e2809b')>0);
)sql"};

}  // namespace swapmeet::transfer_swarm
