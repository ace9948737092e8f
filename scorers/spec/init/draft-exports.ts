import { languageOf } from '../load/language.ts';
import type { Block } from './markdown.ts';
import type { Mentions } from './mentions.ts';
import type { Repository } from './repository.ts';
import type { Issue } from './statements.ts';

/** A public name that an issue speaks of. */
export interface MentionedExport {
  module: string;
  name: string;
  kind: 'value' | 'type';
  signature: string | null;
  /** Not in the repository yet. */
  isNew: boolean;
  line: number;
}

const maxExports = 20;

/** Names that an issue mentions in code and that the repository exports, and those that it declares for a new module. */
export function draftExports(issue: Issue, repository: Repository, mentions: Mentions): MentionedExport[] {
  const known = knownNames(repository, mentions);
  const found = new Map<string, MentionedExport>();
  let newModule: string | null = null;
  for (const [index, block] of issue.blocks.entries()) {
    if (issue.sections[index] === 'apart' || issue.sections[index] === 'excluded') continue;
    newModule =
      mentions.newFiles.find((path) => block.kind !== 'code' && textOf(block).includes(path)) ?? newModule;
    for (const name of namesIn(block)) {
      const own = known.get(name);
      if (own !== undefined && !found.has(name)) found.set(name, { ...own, isNew: false, line: block.line });
    }
    if (block.kind !== 'code' || newModule === null) continue;
    for (const { name, signature } of declarations(block.rows, newModule))
      if (!known.has(name) && !found.has(name))
        found.set(name, { module: newModule, name, kind: 'value', signature, isNew: true, line: block.line });
  }
  return [...found.values()].slice(0, maxExports);
}

/** Names that exactly one module exports, or one of those that the issue names. Short ones are mentioned by chance. */
function knownNames(
  { exports }: Repository,
  { paths }: Mentions,
): Map<string, Pick<MentionedExport, 'module' | 'name' | 'kind' | 'signature'>> {
  const modules = new Map<string, { module: string; signature: string | null }[]>();
  for (const { module, names } of exports)
    for (const { name, signature } of names)
      if (name.length > 2) modules.set(name, [...(modules.get(name) ?? []), { module, signature }]);
  return new Map(
    [...modules].flatMap(([name, all]) => {
      const named = all.filter(({ module }) => paths.includes(module));
      const [only, ...more] = named.length > 0 ? named : all;
      return only === undefined || more.length > 0 ? [] : [[name, { ...only, name, kind: 'value' as const }]];
    }),
  );
}

function textOf(block: Block): string {
  return block.kind === 'code'
    ? block.rows.join('\n')
    : block.kind === 'row'
      ? block.cells.join(' ')
      : block.text;
}

/** The names in code spans and code blocks; a path names no export, though a module may be called like one. */
function namesIn(block: Block): string[] {
  const spans = [...textOf(block).matchAll(/`([^`]{1,200})`/g)].map((match) => match[1] ?? '');
  const code = block.kind === 'code' ? block.rows : spans.filter((span) => languageOf(span) === null);
  return code.flatMap((text) => text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []);
}

interface Declared {
  name: string;
  signature: string | null;
}

/** `name(parameters): type`, `name(parameters) -> type`, `Name(parameters)`, each a row of its own. */
function declarations(rows: readonly string[], module: string): Declared[] {
  const isPython = languageOf(module) === 'python';
  return rows.flatMap((row): Declared[] => {
    const match =
      /^(?:export\s+)?(?:async\s+)?(?:function\s+|def\s+|class\s+)?([A-Za-z_$][\w$]*)(\([^()]*\))\s*(?:(?::|->|=>)\s*([^{;#/]{1,200}))?\s*(?:[{;:#/].*)?$/.exec(
        row.slice(0, 500),
      );
    if (match === null) return [];
    const [, name = '', parameters = '', result] = match;
    // What is written large is a class, whose signature says little; what has no type may be a call.
    if (/^[A-Z]/.test(name)) return [{ name, signature: null }];
    if (result === undefined) return [];
    const type = result.trim().replace(/:$/, '');
    return [
      { name, signature: isPython ? `def ${name}${parameters} -> ${type}` : `${parameters} => ${type}` },
    ];
  });
}
