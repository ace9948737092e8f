import type { CasesFile } from './schema.ts';

/** A task's cases as they are run: defaults applied, files read. */
export interface Cases {
  /** Of every case, in the order of the file. */
  names: string[];
  workspace: CasesFile['workspace'];
  commands: Command[];
  service: Service | null;
  dialogues: Dialogue[];
}

type ExitCodes = readonly number[] | 'any';

/** One run of a program. All paths are relative to the workspace. */
export interface Command {
  name: string;
  argv: string[];
  /** null: nothing to read. */
  stdin: Uint8Array | null;
  files: { path: string; content: Uint8Array; isProgram: boolean }[];
  env: Record<string, string>;
  cwd: string | null;
  timeoutSec: number;
  expect: {
    exitCode: ExitCodes;
    stdout: Expected | null;
    stderr: Expected | null;
    files: { path: string; content: Expected | 'absent' }[];
  };
}

export interface Service {
  argv: string[];
  env: Record<string, string>;
  port: number;
  ready: { path: string | null; timeoutSec: number };
  isPerCase: boolean;
}

/** Requests to the service, one after the other. */
export interface Dialogue {
  name: string;
  timeoutSec: number;
  steps: {
    request: { method: string; path: string; headers: Record<string, string>; body: Uint8Array | null };
    expect: { status: ExitCodes | null; headers: { name: string; value: Expected }[]; body: Expected | null };
  }[];
}

/** What an output must be: everything that is not null. See `Matcher` in schema.ts. */
export interface Expected {
  exact: Uint8Array | null;
  contains: readonly string[];
  lines: readonly string[] | null;
  json: { value: unknown } | null;
  regex: { source: string; flags: string } | null;
  trim: boolean;
  ignoreTrailingSpace: boolean;
}
