-- The attempt log: derived from the gateway's records, thrown away when this schema's number changes.
-- Ids of ours are kept as the 20 bytes they stand for. A call's row is made of its id's time and chance: rows sort as ids do, so that every index ends with the
-- row, which costs it nothing, and none holds an id.
CREATE TABLE name (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text));
CREATE TABLE attempt (
  row INTEGER PRIMARY KEY, id BLOB NOT NULL, event BLOB NOT NULL, endpoint INTEGER NOT NULL, institution INTEGER NOT NULL,
  type INTEGER NOT NULL, at INTEGER NOT NULL, outcome INTEGER NOT NULL, status INTEGER NOT NULL, ms INTEGER NOT NULL, manual INTEGER NOT NULL,
  number INTEGER NOT NULL, died INTEGER NOT NULL, class INTEGER NOT NULL, url INTEGER NOT NULL, channels TEXT, tags TEXT, error TEXT, answer TEXT
);
CREATE INDEX attempt_institution ON attempt (institution);
CREATE INDEX attempt_endpoint ON attempt (endpoint);
CREATE INDEX attempt_event ON attempt (event);
CREATE INDEX attempt_type ON attempt (institution, type);
CREATE INDEX attempt_failed ON attempt (institution) WHERE outcome > 0;
CREATE INDEX attempt_failed_endpoint ON attempt (endpoint) WHERE outcome > 0;
CREATE INDEX attempt_failed_status ON attempt (institution, status / 100) WHERE outcome > 0;
-- Calls of events in a channel, or with a tag.
CREATE TABLE mark (name INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID;
CREATE VIRTUAL TABLE attempt_text USING fts5 (error, answer, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
-- Counters, kept by whoever writes: lists and figures never count.
CREATE TABLE hour (
  institution INTEGER NOT NULL, endpoint INTEGER NOT NULL, hour INTEGER NOT NULL, type INTEGER NOT NULL, ok INTEGER NOT NULL, failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL, died INTEGER NOT NULL, PRIMARY KEY (institution, endpoint, hour, type)
) WITHOUT ROWID;
CREATE TABLE latency (
  institution INTEGER NOT NULL, endpoint INTEGER NOT NULL, hour INTEGER NOT NULL, bucket INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (institution, endpoint, hour, bucket)
) WITHOUT ROWID;
CREATE TABLE trouble (
  institution INTEGER NOT NULL, endpoint INTEGER NOT NULL, hour INTEGER NOT NULL, class INTEGER NOT NULL, status INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (institution, endpoint, hour, class, status)
) WITHOUT ROWID;
CREATE TABLE cursor (stream TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
