import { open } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { z } from 'zod';
import { type Digest, sha256 } from '../harness/domain/digest.ts';
import { infrastructureError, type Problem } from '../harness/domain/errors.ts';
import { AgentName } from '../harness/domain/names.ts';
import { compareText } from '../harness/domain/order.ts';
import { type PlacedValue, problemAt, show } from '../harness/plan/place.ts';
import { sizeInWords } from '../harness/plan/read-file.ts';
import { problemsOf } from '../harness/plan/zod-problems.ts';
import { maxPatchBytes } from '../harness/store/apply-patch.ts';
import { parseRow, readRows, type Span } from './prediction-rows.ts';

const text = z.string().refine((value) => value.isWellFormed(), 'must not hold half of a surrogate pair');

/** SWE-bench's prediction; what else stands in a row is nobody's business here. */
const Row = z.looseObject({
  instance_id: text.min(1),
  model_name_or_path: AgentName,
  model_patch: text.nullable(),
});

/** One prediction: where its patch stands, and what it must be. */
export interface Prediction {
  task: string;
  /** Of the patch's UTF-8; no patch is an empty one. */
  patch: Digest;
  line: number;
  span: Span;
}

export interface PredictionFile {
  /** By model, sorted; only predictions for the wanted tasks. */
  models: Map<string, Prediction[]>;
  problems: Problem[];
  /** Rows that were left out because they are for other tasks. */
  others: { rows: number; example: string | null };
}

const maxProblems = 20;

/**
 * Reads a file of predictions and checks every row. Patches are not held: a file may be hundreds of megabytes.
 * `file` is its name in problems.
 */
export async function readPredictions(
  path: string,
  file: string,
  tasks: ReadonlySet<string>,
): Promise<PredictionFile> {
  const result: PredictionFile = { models: new Map(), problems: [], others: { rows: 0, example: null } };
  const seen = new Map<string, number>();
  let unshown = 0;
  const complain = (problems: readonly Problem[]) => {
    for (const problem of problems) {
      if (result.problems.length < maxProblems) result.problems.push(problem);
      else unshown += 1;
    }
  };
  for await (const raw of readRows(path)) {
    const { line } = raw;
    if (!raw.ok) {
      complain([{ file, line, message: raw.message, fix: raw.fix }]);
      continue;
    }
    const document: PlacedValue = { file, value: raw.value, lineOf: () => line };
    const row = Row.safeParse(raw.value);
    if (!row.success) {
      complain(problemsOf(row.error, document, Row));
      continue;
    }
    const { instance_id: task, model_name_or_path: model } = row.data;
    const patch = row.data.model_patch ?? '';
    const key = JSON.stringify([task, model]);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, line);
    else {
      const message = `a second prediction of ${show(model)} for ${show(task)}; the first is in line ${before}`;
      complain([problemAt(document, ['instance_id'], message, 'remove one of the two')]);
      continue;
    }
    if (Buffer.byteLength(patch) > maxPatchBytes) {
      const message = `the patch is larger than ${sizeInWords(maxPatchBytes)}`;
      complain([problemAt(document, ['model_patch'], message, 'remove the row')]);
      continue;
    }
    if (!tasks.has(task)) {
      result.others.rows += 1;
      result.others.example ??= task;
      continue;
    }
    const predictions = result.models.get(model) ?? [];
    predictions.push({ task, patch: sha256(patch), line, span: raw.span });
    result.models.set(model, predictions);
  }
  if (unshown > 0) result.problems.push({ file, message: `and ${unshown} more problems like these` });
  result.models = new Map([...result.models].sort(([a], [b]) => compareText(a, b)));
  return result;
}

/** Reads one patch again. Throws `infrastructure` when the file is no longer what it was. */
export async function readPatch(path: string, file: string, prediction: Prediction): Promise<Buffer> {
  const { span, line, patch } = prediction;
  await using handle = await open(path);
  const bytes = Buffer.alloc(span.bytes);
  const { bytesRead } = await handle.read(bytes, 0, span.bytes, span.offset);
  const raw = parseRow(bytes.subarray(0, bytesRead));
  const row = raw?.ok ? Row.safeParse(raw.value) : null;
  const content = row?.success ? (row.data.model_patch ?? '') : null;
  if (content === null || sha256(content) !== patch) {
    throw infrastructureError(`${file}:${line} is not what it was when the run began`, {
      fix: 'start a new run; leave the file alone while it goes on',
    });
  }
  return Buffer.from(content);
}

/** Whether a model is one of those asked for: by its exact name or a glob. */
export function matchesModel(model: string, pattern: string): boolean {
  return model === pattern || matchesGlob(model, pattern);
}
