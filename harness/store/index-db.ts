import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { z } from 'zod';
import { Calibration } from '../domain/calibration.ts';
import { Candidate } from '../domain/candidate.ts';
import { Digest } from '../domain/digest.ts';
import { messageOf } from '../domain/errors.ts';
import { Verdict } from '../domain/verdict.ts';

const count = z.number().int().min(0);

/** One run in this store, as `assay runs` lists it. Times are ISO 8601; `size` and `mtime` are the journal's. */
export const RunRow = z.strictObject({
  run: z.string().min(1),
  suite: z.string(),
  started: z.string(),
  /** null: not finished (yet). */
  finished: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  /** Tasks that have a winner. */
  winners: count,
  tasks: count,
  trials: count,
  /** Bytes. */
  size: count,
  /** Milliseconds since 1970. */
  mtime: z.number().min(0),
});
export type RunRow = z.infer<typeof RunRow>;

/**
 * What is worth finding quickly, across runs. All of it is derived: a lost or damaged file costs time, never an
 * answer. No method throws; what cannot be read is not there, what cannot be written is forgotten.
 */
export interface RunIndex {
  /** `key` is the digest of a VerdictKey. */
  getVerdict(key: Digest): Verdict | null;
  putVerdict(key: Digest, verdict: Verdict, run: string): void;
  /** Tree of an image's working directory. */
  getBase(image: Digest, workdir: string): Digest | null;
  putBase(image: Digest, workdir: string, tree: Digest): void;
  /** What a control delivered, and what a scorer learnt of a task; the keys are the callers' own. */
  getCandidate(key: Digest): Candidate | null;
  putCandidate(key: Digest, candidate: Candidate): void;
  getCalibration(key: Digest): Calibration | null;
  putCalibration(key: Digest, calibration: Calibration): void;
  /** Oldest first. */
  listRuns(): RunRow[];
  upsertRun(row: RunRow): void;
  removeRun(run: string): void;
  close(): void;
}

/** Raised when a table changes: older files are thrown away. */
const schemaVersion = 2;
const schema = `
  CREATE TABLE verdicts (key TEXT PRIMARY KEY, verdict TEXT NOT NULL, run TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE bases (image TEXT, workdir TEXT, tree TEXT NOT NULL, PRIMARY KEY (image, workdir)) WITHOUT ROWID;
  CREATE TABLE learnt (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE runs (
    run TEXT PRIMARY KEY, suite TEXT NOT NULL, started TEXT NOT NULL, finished TEXT, exitCode INTEGER,
    winners INTEGER NOT NULL, tasks INTEGER NOT NULL, trials INTEGER NOT NULL, size INTEGER NOT NULL,
    mtime REAL NOT NULL
  ) WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

const sqlite = { corrupt: 11, noDatabase: 26, error: 1 } as const;

/** The file is not a database, or one with other tables: only a new one helps. */
function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  const primary = code === undefined ? undefined : code & 0xff;
  return primary === sqlite.corrupt || primary === sqlite.noDatabase || primary === sqlite.error;
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const found = db.prepare('PRAGMA user_version').get()?.user_version;
    if (found !== schemaVersion) {
      // Two processes may start at once: the second sees the tables of the first.
      db.exec('BEGIN IMMEDIATE');
      if (db.prepare('PRAGMA user_version').get()?.user_version !== schemaVersion) {
        for (const table of ['verdicts', 'bases', 'learnt', 'runs']) db.exec(`DROP TABLE IF EXISTS ${table}`);
        db.exec(schema);
      }
      db.exec('COMMIT');
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens `index.db` in the store's folder. `notice` is told once when a damaged file was replaced or the index is
 * of no use (a full or read-only disk).
 */
export function openIndex(dir: string, options: { notice?: (text: string) => void } = {}): RunIndex {
  const path = join(dir, 'index.db');
  let db: DatabaseSync | null = null;
  let told = false;

  function tell(text: string) {
    if (!told) options.notice?.(text);
    told = true;
  }
  function drop() {
    try {
      db?.close();
    } catch (error) {
      tell(`the index of runs could not be closed: ${messageOf(error)}`);
    }
    db = null;
  }
  function replace(error: unknown) {
    drop();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { recursive: true, force: true });
    tell(`the index of runs was damaged (${messageOf(error)}) and has been made anew`);
  }
  function attempt<T>(work: (db: DatabaseSync) => T): T {
    db ??= connect(path);
    return work(db);
  }
  function use<T>(work: (db: DatabaseSync) => T, otherwise: T): T {
    try {
      try {
        return attempt(work);
      } catch (error) {
        if (!isDamage(error)) throw error;
        replace(error);
        return attempt(work);
      }
    } catch (error) {
      drop();
      tell(`the index of runs cannot be used: ${messageOf(error)}`);
      return otherwise;
    }
  }
  const rows = (sql: string, ...values: SQLInputValue[]) =>
    use((open) => open.prepare(sql).all(...values), []);
  const change = (sql: string, ...values: SQLInputValue[]) =>
    use((open) => {
      open.prepare(sql).run(...values);
    }, undefined);

  function learnt<S extends z.ZodType>(key: Digest, schema: S): z.infer<S> | null {
    const [row] = rows('SELECT value FROM learnt WHERE key = ?', key);
    const value = schema.safeParse(parseJson(row?.value));
    return value.success ? value.data : null;
  }
  const learn = (key: Digest, value: object) =>
    change('INSERT OR REPLACE INTO learnt VALUES (?, ?)', key, JSON.stringify(value));

  return {
    getVerdict(key) {
      const [row] = rows('SELECT verdict FROM verdicts WHERE key = ?', key);
      const verdict = Verdict.safeParse(parseJson(row?.verdict));
      return verdict.success ? verdict.data : null;
    },
    putVerdict: (key, verdict, run) =>
      change('INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)', key, JSON.stringify(verdict), run),
    getBase(image, workdir) {
      const [row] = rows('SELECT tree FROM bases WHERE image = ? AND workdir = ?', image, workdir);
      const tree = Digest.safeParse(row?.tree);
      return tree.success ? tree.data : null;
    },
    putBase: (image, workdir, tree) =>
      change('INSERT OR REPLACE INTO bases VALUES (?, ?, ?)', image, workdir, tree),
    getCandidate: (key) => learnt(key, Candidate),
    putCandidate: learn,
    getCalibration: (key) => learnt(key, Calibration),
    putCalibration: learn,
    listRuns() {
      return rows('SELECT * FROM runs ORDER BY started, run')
        .map((row) => RunRow.safeParse({ ...row }))
        .flatMap((row) => (row.success ? [row.data] : []));
    },
    upsertRun(row) {
      const { run, suite, started, finished, exitCode, winners, tasks, trials, size, mtime } = row;
      const values = [run, suite, started, finished, exitCode, winners, tasks, trials, size, mtime];
      change('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values);
    },
    removeRun: (run) => change('DELETE FROM runs WHERE run = ?', run),
    close: drop,
  };
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
