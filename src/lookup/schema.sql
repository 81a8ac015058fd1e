-- Derived from the feed and the jobs' records; thrown away and made anew at will (`gradepost lookup rebuild`).
-- Another number in user_version, or another time zone, and the file is thrown away: there are no migrations.
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Texts that many reports share. `tag` names a word in addresses: it is the same in every index. `at` is the newest report that told the text.
CREATE TABLE word(
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, ext TEXT NOT NULL, text TEXT NOT NULL, tag INTEGER NOT NULL UNIQUE, at INTEGER NOT NULL,
  UNIQUE(kind, ext)
);
-- `hash` names a student in addresses: keyed, so that it tells nothing. `told` orders the reports that told name and address.
CREATE TABLE student(
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash INTEGER NOT NULL UNIQUE, name TEXT NOT NULL, email TEXT, fold TEXT NOT NULL, told BLOB NOT NULL
);
CREATE INDEX student_fold ON student(fold, id);
CREATE TABLE report(
  id INTEGER PRIMARY KEY, job BLOB NOT NULL UNIQUE, state INTEGER NOT NULL, sort INTEGER NOT NULL,
  student INTEGER, course INTEGER, assessment INTEGER, level INTEGER, cause INTEGER, source INTEGER, template INTEGER,
  received INTEGER NOT NULL, submitted INTEGER, ended INTEGER NOT NULL, due INTEGER, mailed INTEGER, round INTEGER NOT NULL, attempts INTEGER NOT NULL,
  pct INTEGER, passed INTEGER, answered_right INTEGER, questions INTEGER, pages INTEGER, kb INTEGER,
  mail_tries INTEGER, mail_ambiguous INTEGER, notes INTEGER NOT NULL, is_plan INTEGER NOT NULL, submission TEXT, groups BLOB
);
-- Students whose data are blocked; whoever reads for people reads the views, which leave them out.
CREATE TABLE hidden(student INTEGER PRIMARY KEY);
CREATE VIEW shown_report AS SELECT * FROM report WHERE NOT EXISTS(SELECT 1 FROM hidden h WHERE h.student=report.student);
CREATE VIEW shown_student AS SELECT * FROM student WHERE NOT EXISTS(SELECT 1 FROM hidden h WHERE h.student=student.id);
CREATE INDEX report_sort ON report(sort DESC, id DESC);
CREATE INDEX report_state ON report(state, sort DESC, id DESC);
CREATE INDEX report_student ON report(student, sort DESC, id DESC);
CREATE INDEX report_course ON report(course, sort DESC, id DESC);
CREATE INDEX report_assessment ON report(assessment, course, sort DESC, id DESC);
-- The results that count (`results::COUNTS`), in the order in which a course's figures are made; everything asked for stands in it.
CREATE INDEX report_results ON report(course, student, assessment, sort, pct, state, is_plan)
  WHERE pct IS NOT NULL AND student IS NOT NULL AND is_plan=0 AND state IN (2, 4, 8);
CREATE INDEX report_cause ON report(cause, sort DESC, id DESC) WHERE cause IS NOT NULL;
CREATE INDEX report_stopped ON report(state, cause, ended) WHERE cause IS NOT NULL;
CREATE INDEX report_template ON report(template, sort DESC, id DESC) WHERE template IS NOT NULL;
CREATE INDEX report_submission ON report(submission) WHERE submission IS NOT NULL;
-- Words of names, addresses and ids by their beginnings, and parts of them from three letters on.
CREATE VIRTUAL TABLE student_fts USING fts5(name, email, key, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='1 2 3');
CREATE VIRTUAL TABLE student_tri USING fts5(fold, content='', contentless_delete=1, tokenize='trigram');
-- How many reports of a day (by the school's clock) stand in which state; kept when a person is erased.
CREATE TABLE day(day INTEGER NOT NULL, course INTEGER NOT NULL, state INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(day, course, state)) WITHOUT ROWID;
-- When a job stood still for a cause, and when it was opened again; `cause` is 0 while only the opening was told.
CREATE TABLE stood(job BLOB NOT NULL, round INTEGER NOT NULL, cause INTEGER NOT NULL, since INTEGER, until INTEGER, PRIMARY KEY(job, round)) WITHOUT ROWID;
CREATE INDEX stood_until ON stood(until) WHERE until IS NOT NULL;
-- Sums, so that nobody counts: what came of each assessment in each course (0: in none); what stands in which state, for which cause; and how each student stands in
-- each course: reports with a result, newest results (one per assessment) with their sum, and when the newest was handed in.
CREATE TABLE taken(course INTEGER NOT NULL, assessment INTEGER NOT NULL, n INTEGER NOT NULL, results INTEGER NOT NULL, PRIMARY KEY(course, assessment)) WITHOUT ROWID;
CREATE TABLE stopped(
  state INTEGER NOT NULL, cause INTEGER NOT NULL, course INTEGER NOT NULL, assessment INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(state, cause, course, assessment)
) WITHOUT ROWID;
CREATE TABLE progress(
  course INTEGER NOT NULL, student INTEGER NOT NULL, reports INTEGER NOT NULL, results INTEGER NOT NULL, sum INTEGER NOT NULL, newest INTEGER NOT NULL,
  PRIMARY KEY(course, student)
) WITHOUT ROWID;
CREATE VIEW shown_progress AS SELECT * FROM progress WHERE student NOT IN (SELECT student FROM hidden);
-- What those whose data are blocked add to `taken`; they are few, so they come first.
CREATE VIEW hidden_report AS SELECT r.* FROM hidden h CROSS JOIN report r ON r.student=h.student;
-- The erasures whose jobs are gone from here.
CREATE TABLE erased(id TEXT PRIMARY KEY) WITHOUT ROWID;
-- How far each stream was read, and which of its newest entries were taken in.
CREATE TABLE seen(stream TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE fed(key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
