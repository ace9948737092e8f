import { boundedLine } from '../../text.ts';
import { languageOf } from '../load/language.ts';
import type { Draft } from './draft.ts';
import type { Mentions } from './mentions.ts';
import { isTest, type Repository } from './repository.ts';
import type { Issue } from './statements.ts';

/** Files that say what a project depends on, at the top of a repository. */
const manifests =
  /^(?:package\.json|pyproject\.toml|requirements[\w.-]*\.txt|setup\.(?:py|cfg)|Pipfile|Cargo\.toml|go\.mod)$/;
const noneNew =
  /\b(?:no (?:new |further |external |third-party )?dependencies|standard library only|without (?:new )?dependencies)\b/i;
const speaks = /\b(?:dependenc(?:y|ies)|librar(?:y|ies)|packages?|npm install|pip install)\b/i;

/** What a change may touch and bring in, guessed from what the issue names and how the repository is laid out. */
export function draftScope(
  issue: Issue,
  repository: Repository,
  mentions: Mentions,
): Pick<Draft, 'scope' | 'dependencies'> {
  return { scope: scopeOf(repository, mentions), dependencies: dependenciesOf(issue, repository) };
}

function scopeOf({ files }: Repository, { paths, newFiles, untouched }: Mentions): Draft['scope'] {
  const left = new Set(untouched.map(({ path }) => path));
  const named = [...paths, ...newFiles].filter(
    (path) => !left.has(path) && !isTest(path) && languageOf(path) !== null,
  );
  const allow = new Set(named.map(globFor));
  if (named.length === 0)
    for (const path of files) if (languageOf(path) !== null && !isTest(path)) allow.add(globFor(path));
  // Whoever changes code changes its tests; which of them count, the task's own tests say.
  for (const path of files) if (isTest(path)) allow.add(globFor(path));
  if (allow.size === 0) return null;
  const shown = [...allow].sort().slice(0, 50);
  const guess = named.length > 0 ? 'the files that the issue names' : 'where the repository has its code';
  return {
    value: { allow: shown, ...(untouched.length === 0 ? {} : { deny: untouched.map(({ path }) => path) }) },
    comments: untouched.map(({ path, sentence }) => `deny ${path}: ${boundedLine(sentence, 160)}`),
    fillIn: [`correct allow, which is guessed from ${guess}; add max_files and max_lines`],
  };
}

/** A file at the top is named itself, one in a folder by the folder: its neighbours may have to change with it. */
function globFor(path: string): string {
  const [top = path, ...rest] = path.split('/');
  // What a glob would take for more than itself, such as `[id].ts`.
  const name = top.replaceAll(/[*?[\]{}!()]/g, '?');
  return rest.length === 0 ? name : `${name}/**`;
}

function dependenciesOf({ blocks }: Issue, { files }: Repository): Draft['dependencies'] {
  const found = files.filter((path) => manifests.test(path));
  if (found.length === 0) return null;
  const texts = blocks.flatMap((block) => ('text' in block ? [block.text] : []));
  const isSettled = texts.some((text) => noneNew.test(text));
  const speaksOf = texts.some((text) => speaks.test(text));
  return {
    value: { add: 'none', update: 'deny', remove: 'deny', install_scripts: 'deny' },
    fillIn: isSettled
      ? []
      : [
          speaksOf
            ? 'the issue speaks of dependencies: say which may be added, with their versions'
            : `confirm that nothing may be added to ${found.join(', ')}`,
        ],
  };
}
