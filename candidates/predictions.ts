import { z } from 'zod';
import { digestOf } from '../harness/domain/digest.ts';
import type { Problem } from '../harness/domain/errors.ts';
import { AgentName } from '../harness/domain/names.ts';
import { show, showPath } from '../harness/plan/place.ts';
import { faultOf } from '../harness/plan/read-file.ts';
import { suggestion } from '../harness/plan/suggest.ts';
import { entryProblem } from '../harness/plan/suite-entries.ts';
import { entryError, entryErrors, entryFields, locate, pathProblem, WrittenPath } from './entry.ts';
import {
  matchesModel,
  type Prediction,
  type PredictionFile,
  readPatch,
  readPredictions,
} from './prediction-file.ts';
import { maxLinesFileBytes } from './prediction-rows.ts';
import { applyRecorded, notRecorded } from './recorded.ts';
import type { Adapter, AttemptContext, CandidateSource, OpenContext } from './source.ts';

const schema = z.strictObject({
  ...entryFields('predictions'),
  /** SWE-bench's format: JSON Lines, or a JSON array, of {instance_id, model_name_or_path, model_patch}. */
  file: WrittenPath,
  /** Names or globs of the models to take; all by default. */
  models: z.array(z.string().min(1)).min(1).optional(),
});

/** Recorded patches of many models in one file: each model becomes the competitor `<name>/<model>`. */
export const predictions: Adapter<typeof schema> = {
  name: 'predictions',
  schema,
  async open(entry, context) {
    const { path, within } = locate(context.suiteDir, entry.file);
    const bound = { maxBytes: maxLinesFileBytes, ...(within === undefined ? {} : { within }) };
    const fault = await faultOf(path, bound);
    if (fault !== null) throw entryErrors([pathProblem('file', entry.file, fault)]);
    const file = showPath(path);
    const read = await readPredictions(path, file, new Set(context.taskIds));
    if (read.problems.length > 0) throw entryErrors(read.problems);
    sayOthers(entry.name, read, context);
    const models = chosenModels(entry.models, read);
    return models.map(([model, rows]) => sourceOf(`${entry.name}/${model}`, model, rows, { path, file }));
  },
};

function sourceOf(
  name: string,
  model: string,
  rows: readonly Prediction[],
  { path, file }: { path: string; file: string },
): CandidateSource {
  if (!AgentName.safeParse(name).success)
    throw entryError('name', `${show(name)} is longer than 300 characters`, 'choose a shorter name');
  const byTask = new Map(rows.map((row) => [row.task, row]));
  const patches = Object.fromEntries(rows.map((row) => [row.task, row.patch]));
  return {
    name,
    adapter: 'predictions',
    identity: digestOf({ adapter: 'predictions', model, patches }),
    maxAttempts: 1,
    async attempt(context: AttemptContext) {
      const row = byTask.get(context.task.spec.id);
      if (row === undefined) return notRecorded('no prediction for this task');
      return applyRecorded(context, await readPatch(path, file, row));
    },
  };
}

function sayOthers(name: string, { models, others }: PredictionFile, context: OpenContext): void {
  if (others.rows === 0) return;
  const example = show(others.example);
  if (models.size === 0) {
    const own = context.taskIds.slice(0, 3).map(show).join(', ');
    const message = `none of its ${others.rows} predictions is for a task of the suite (they are for ${example}, …)`;
    throw entryError('file', message, `instance_id must be a task's id, e.g. ${own}`);
  }
  const rows = others.rows === 1 ? '1 prediction is' : `${others.rows} predictions are`;
  context.notice(`${name}: ${rows} for tasks that are not in this suite and left out, e.g. ${example}`);
}

function chosenModels(
  patterns: readonly string[] | undefined,
  { models }: PredictionFile,
): [string, Prediction[]][] {
  if (models.size === 0)
    throw entryError('file', 'it holds no predictions', 'put one JSON object on each line');
  if (patterns === undefined) return [...models];
  const names = [...models.keys()];
  const problems: Problem[] = patterns.flatMap((pattern, index) =>
    names.some((name) => matchesModel(name, pattern))
      ? []
      : [
          entryProblem(
            `models[${index}]`,
            `no model is named ${show(pattern)}`,
            suggestion(pattern, names.slice(0, 40)),
          ),
        ],
  );
  if (problems.length > 0) throw entryErrors(problems);
  return [...models].filter(([name]) => patterns.some((pattern) => matchesModel(name, pattern)));
}
