import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { printableJson, visible } from '../../../reports/escape.ts';
import { count } from '../../../reports/words.ts';
import { type DraftedSpec, initSpec, noRepository } from '../../../scorers/spec/init/init-spec.ts';
import { readRepository } from '../../../scorers/spec/init/repository.ts';
import { inputError } from '../../domain/errors.ts';
import { showPath } from '../../plan/place.ts';
import { readTextFile } from '../../plan/read-file.ts';
import { withPathOf } from '../usable-path.ts';

export interface SpecInitOptions {
  from?: string;
  repo?: string;
  out?: string;
  force?: boolean;
  json?: boolean;
}

const maxIssueBytes = 1024 ** 2;

/** `assay spec init`: drafts a spec of an issue's text and a repository, and says what a person must fill in. */
export async function specInitCommand(task: string | undefined, options: SpecInitOptions): Promise<number> {
  const source = sourceOf(task, options);
  // Said before anything is read: the answer would be thrown away.
  if (source.out !== '-' && options.force !== true && existsSync(source.out)) throw existing(source.out);
  const issue = await readIssue(source.from);
  const repository = source.repo === null ? noRepository : await readRepository(source.repo);
  const draft = initSpec(issue, repository, source.from === '-' ? 'standard input' : showPath(source.from));
  if (source.out !== '-') write(source.out, draft.text, options.force === true);
  print(draft, source.out, options.json === true);
  return 0;
}

interface Source {
  /** File of the issue, absolute; `-` is standard input. */
  from: string;
  /** Folder; null where there is none. */
  repo: string | null;
  /** File; `-` is standard output. */
  out: string;
}

/** A task has its issue and its repository in places of their own; options come before them. */
function sourceOf(task: string | undefined, { from, repo, out }: SpecInitOptions): Source {
  if (task === undefined) {
    if (from === undefined)
      throw inputError('nothing to draft from', {
        fix: 'name a task folder, or an issue: assay spec init --from issue.md --repo .',
      });
    return { from: named(from), repo: folder('--repo', repo ?? '.'), out: named(out ?? 'spec.yaml') };
  }
  const dir = folder('TASK', task);
  if (from === undefined && !existsSync(join(dir, 'instruction.md')))
    throw inputError(`${task} has no instruction.md`, {
      fix: 'name a Harbor task folder, or the issue with --from',
    });
  const environment = join(dir, 'environment');
  const isThere = statSync(environment, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return {
    from: from === undefined ? join(dir, 'instruction.md') : named(from),
    repo: repo === undefined ? (isThere ? environment : null) : folder('--repo', repo),
    out: out === undefined ? join(dir, 'spec.yaml') : named(out),
  };
}

function named(path: string): string {
  return path === '-' ? path : resolve(path);
}

function folder(option: string, path: string): string {
  const facts = withPathOf(option, path, () => statSync(path));
  if (!facts.isDirectory())
    throw inputError(`${option} ${path} is not a folder`, { fix: `name a folder with ${option}` });
  return resolve(path);
}

async function readIssue(from: string): Promise<string> {
  if (from !== '-') return readTextFile(from, { maxBytes: maxIssueBytes, file: showPath(from) });
  const text = await readAll(process.stdin);
  if (Buffer.byteLength(text) > maxIssueBytes)
    throw inputError('standard input is larger than 1 MiB', { fix: 'give the text of one issue' });
  return text;
}

function write(path: string, text: string, isForced: boolean): void {
  try {
    withPathOf('--out', showPath(path), () => writeFileSync(path, text, { flag: isForced ? 'w' : 'wx' }));
  } catch (error) {
    // It came in the meantime: `wx` does not overwrite it.
    throw !isForced && existsSync(path) ? existing(path) : error;
  }
}

function existing(path: string) {
  return inputError(`${showPath(path)} is there already`, {
    fix: 'draft into another file with --out, or overwrite it with --force',
  });
}

function print(draft: DraftedSpec, out: string, isJson: boolean): void {
  if (isJson) {
    const { text, ...rest } = draft;
    const answer = out === '-' ? { file: null, ...rest, text } : { file: showPath(out), ...rest };
    process.stdout.write(`${printableJson(answer)}\n`);
    return;
  }
  if (out === '-') {
    process.stdout.write(draft.text);
    return;
  }
  process.stdout.write(
    [
      `Drafted ${visible(showPath(out))}: ${draft.criteria} ${draft.criteria === 1 ? 'criterion' : 'criteria'}, ${count(draft.invariants, 'invariant')}.`,
      `${count(draft.fillIn.length, 'place')} to fill in; \`assay spec lint ${visible(showPath(out))}\` lists what is left:`,
      ...draft.fillIn.map(({ line, words: what }) => `  ${String(line).padStart(4)}  ${visible(what, 200)}`),
      '',
    ].join('\n'),
  );
}
