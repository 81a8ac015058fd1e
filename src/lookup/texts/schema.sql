-- Searchable texts: derived from the records of platforms, thrown away when this schema's number changes.
CREATE TABLE text (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, collection TEXT NOT NULL, institution TEXT NOT NULL, source TEXT NOT NULL, course TEXT,
  thing TEXT, at INTEGER NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX text_institution ON text (institution, collection, course);
CREATE VIRTUAL TABLE text_words USING fts5 (
  title, body, content = 'text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
);
-- What is taken out leaves nothing behind in the index either.
INSERT INTO text_words (text_words, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER text_added AFTER INSERT ON text BEGIN
  INSERT INTO text_words (rowid, title, body) VALUES (new.id, new.title, new.body);
END;
CREATE TRIGGER text_removed AFTER DELETE ON text BEGIN
  INSERT INTO text_words (text_words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
END;
CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), place TEXT NOT NULL, method TEXT NOT NULL);
