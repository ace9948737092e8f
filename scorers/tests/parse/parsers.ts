import type { ReportFormat } from '../../../harness/domain/test-settings.ts';
import { parseCargoJson } from './cargo-json.ts';
import { parseCtrf } from './ctrf.ts';
import { parseGoJson } from './go-json.ts';
import { parseJestJson } from './jest-json.ts';
import { parseJunit } from './junit.ts';
import { parseNodeTest } from './node-test.ts';
import type { Parsed } from './result.ts';
import { parseTap } from './tap.ts';

/** Formats of files; an exit code is none. */
export type FileFormat = Exclude<ReportFormat, 'exit-code'>;

/** Every parser of a report's bytes. None throws; all are bounded by `reportLimits`. */
export const parsers: Readonly<Record<FileFormat, (bytes: Uint8Array) => Parsed>> = {
  junit: parseJunit,
  ctrf: parseCtrf,
  tap: parseTap,
  'vitest-json': parseJestJson,
  'jest-json': parseJestJson,
  'node-test': parseNodeTest,
  'go-json': parseGoJson,
  'cargo-json': parseCargoJson,
};
