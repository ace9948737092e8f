import { z } from 'zod';
import type { Finding, FindingLevel } from '../../../harness/domain/finding.ts';
import { normalName } from '../../spec/dependencies/readers/python-names.ts';
import { boundedLine, boundedName } from '../../text.ts';
import type { TextInput, TextTool } from '../text-tool.ts';
import { ToolFailure } from '../tool.ts';
import type { Advisory, Severity } from './advisories/advisory.ts';
import { type Advisories, keyOf, loadAdvisories } from './advisories/load.ts';
import { type LockedPackage, lockFiles, readLock } from './locks/read-lock.ts';
import { Unreadable } from './locks/unreadable.ts';
import { lineIndex } from './syntax/lines.ts';

const options = z.strictObject({
  /** Files of the suite with records of OSV (one, a list, or one a line) or the output of `npm audit --json`. */
  osv: z.array(z.string().min(1)).min(1, 'needs at least one file of the suite with advisories'),
});
type Options = z.infer<typeof options>;

const levels: Readonly<Record<Severity, FindingLevel>> = {
  critical: 'error',
  high: 'error',
  moderate: 'warning',
  low: 'note',
};
/** On GitHub's scale, where a database gives a severity without a score. */
const scores: Readonly<Record<Severity, number>> = { critical: 9.5, high: 8, moderate: 5.5, low: 2.5 };

/**
 * Packages in lock files that advisories of the suite are about. Nothing is fetched: what it finds is as old as its data.
 * A lock that cannot be read is an error-level finding.
 */
export const advisories: TextTool<typeof options> = {
  name: 'advisories',
  revision: 1,
  options,
  files: () => lockFiles,
  suiteFiles: ({ osv }) => osv,
  analyse({ path, text }, input) {
    const known = knownAdvisories(input);
    let packages: LockedPackage[];
    try {
      packages = readLock(path, text) ?? [];
    } catch (error) {
      if (error instanceof Unreadable) return { findings: [unreadable(path, error.message)] };
      throw error;
    }
    const found = new Map<string, { advisory: Advisory; locked: LockedPackage }>();
    for (const locked of packages) {
      const key = keyOf(normal(locked));
      for (const advisory of known.flatMap((each) => each.get(key) ?? []))
        if (advisory.affects(locked.version))
          found.set(`${advisory.id} ${locked.name}@${locked.version}`, { advisory, locked });
    }
    const lines = linesOf(text, new Set([...found.values()].map(({ locked }) => normal(locked).name)));
    const findings = [...found.values()].map(({ advisory, locked }) =>
      findingOf(advisory, locked, path, lines.get(normal(locked).name) ?? null),
    );
    return { findings, measures: { locked_packages: packages.length } };
  },
};

function knownAdvisories({ options: { osv }, suiteFile }: TextInput<Options>): Advisories[] {
  return osv.map((file) => {
    const content = suiteFile(file);
    if (content === null) throw new ToolFailure(`the suite has no file ${file}`);
    return loadAdvisories(file, content);
  });
}

function normal(locked: LockedPackage): LockedPackage {
  return locked.ecosystem === 'pypi' ? { ...locked, name: normalName(locked.name) } : locked;
}

const inFolder = 'node_modules/';

/** The line in which each of some names is first met, in one pass over the text. */
function linesOf(text: string, names: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  if (names.size === 0) return found;
  const lines = lineIndex(text);
  for (const { 0: word, index } of text.matchAll(/[\w@./-]+/g)) {
    const folder = word.lastIndexOf(inFolder);
    const plain = (folder < 0 ? word : word.slice(folder + inFolder.length)).replace(/^\//, '');
    const at = plain.indexOf('@', 1);
    const name = at < 0 ? plain : plain.slice(0, at);
    for (const form of [name, normalName(name)])
      if (names.has(form) && !found.has(form)) found.set(form, lines.at(index).line);
  }
  return found;
}

function findingOf(
  advisory: Advisory,
  { name, version }: LockedPackage,
  path: string,
  line: number | null,
): Finding {
  const { severity } = advisory;
  return {
    tool: 'advisories',
    rule: boundedName(advisory.id, 200),
    level: severity === null ? 'warning' : levels[severity],
    message: boundedLine(`${name} ${version}: ${advisory.summary}`, 500),
    path,
    startLine: line,
    startColumn: null,
    endLine: line,
    endColumn: null,
    security: advisory.score ?? (severity === null ? null : scores[severity]),
  };
}

function unreadable(path: string, problem: string): Finding {
  return {
    tool: 'advisories',
    rule: 'unreadable-lock',
    level: 'error',
    message: boundedLine(`the lock cannot be read: ${problem}`, 500),
    path,
    startLine: null,
    startColumn: null,
    endLine: null,
    endColumn: null,
    security: null,
  };
}
