-- user_version 1
CREATE INDEX commands_learner ON commands (learner_id, id);

CREATE INDEX commands_session ON commands (session_id, id);

CREATE UNIQUE INDEX learners_current ON learners (current) WHERE current = 1;

CREATE INDEX pins_session ON pins (session_id, at);

CREATE INDEX recordings_session ON recordings (session_id, started_at);

CREATE INDEX sessions_learner ON sessions (learner_id, started_at);

CREATE TABLE answers (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  objective TEXT NOT NULL,
  chosen TEXT NOT NULL,
  pins TEXT NOT NULL,
  feedback TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (session_id, objective)
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  learner_id TEXT NOT NULL,
  terminal TEXT NOT NULL,
  command TEXT NOT NULL,
  directory TEXT NOT NULL,
  exit_code INTEGER,
  started_at INTEGER NOT NULL,
  duration_ms INTEGER
) STRICT;

CREATE VIRTUAL TABLE commands_text USING fts5 (command, content = 'commands', content_rowid = 'id', tokenize = 'trigram');

CREATE TABLE hints (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  hint TEXT NOT NULL,
  cost INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (session_id, hint)
) STRICT, WITHOUT ROWID;

CREATE TABLE learners (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  current INTEGER NOT NULL DEFAULT 0 CHECK (current IN (0, 1))
) STRICT;

CREATE TABLE objectives (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  objective TEXT NOT NULL,
  verdict TEXT NOT NULL,
  at INTEGER NOT NULL,
  measurements TEXT NOT NULL,
  reasons TEXT NOT NULL,
  PRIMARY KEY (session_id, objective)
) STRICT, WITHOUT ROWID;

CREATE TABLE pins (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  terminal_id TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE recordings (
  terminal_id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  learner_id TEXT NOT NULL REFERENCES learners (id) ON DELETE CASCADE,
  lab_id TEXT NOT NULL,
  lab_title TEXT NOT NULL,
  runtime TEXT NOT NULL CHECK (runtime IN ('docker', 'shell')),
  state TEXT NOT NULL,
  message TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  ended_at INTEGER,
  solved_ms INTEGER,
  points INTEGER NOT NULL,
  assisted INTEGER NOT NULL CHECK (assisted IN (0, 1)),
  verdict TEXT,
  best_verdict TEXT,
  revealed TEXT NOT NULL,
  folder TEXT NOT NULL,
  runtime_data TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  objective TEXT NOT NULL,
  verdict TEXT NOT NULL,
  at INTEGER NOT NULL,
  measurements TEXT NOT NULL,
  reasons TEXT NOT NULL,
  UNIQUE (session_id, objective, at)
) STRICT;

CREATE TRIGGER commands_added AFTER INSERT ON commands BEGIN
  INSERT INTO commands_text (rowid, command) VALUES (new.id, new.command);
END;

CREATE TRIGGER commands_changed AFTER UPDATE OF command ON commands BEGIN
  INSERT INTO commands_text (commands_text, rowid, command) VALUES ('delete', old.id, old.command);
  INSERT INTO commands_text (rowid, command) VALUES (new.id, new.command);
END;

CREATE TRIGGER commands_removed AFTER DELETE ON commands BEGIN
  INSERT INTO commands_text (commands_text, rowid, command) VALUES ('delete', old.id, old.command);
END;
