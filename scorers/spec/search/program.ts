import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { toolsDir } from '../../../harness/tools/toolbox.ts';
import type { SearchGroup } from './search.ts';

/** Root's, and apart from the workspace: nothing there is named or placed as the candidate likes. */
const searchDir = '/opt/assay/search';
const script = `${searchDir}/run.sh`;

/** Bytes of one scan's output, and of all of them. One match in a long line is printed with that line. */
export const scanBytes = 24 * 1024 ** 2;
export const outputBytes = 2 * scanBytes;

/** ast-grep was not found or does not run in this image. */
export const cannotRun = 96;
/** ast-grep's own code for a rule that it refuses. */
const refusedRule = 8;

export const searchCommand = ['/bin/sh', script];

/**
 * ast-grep does not look at what these words stand before. Equal length keeps every position; rules are changed alike,
 * so that one about such comments still finds them.
 */
export function withoutIgnores(text: string): string {
  return text.replaceAll('ast-grep-ignore', 'ast-grep-ignorE');
}

/** Name of a file within its group: nothing of the candidate's but the extension of its language. */
export function neutralName(side: 'before' | 'after', index: number, extension: string): string {
  return `${side}/${index}.${extension}`;
}

/** Rules, a script and ast-grep's configuration, one folder for each group; the groups' files are laid by the caller. */
export function programEntries(
  groups: readonly SearchGroup[],
  languagesOf: readonly (readonly string[])[],
): LayerEntry[] {
  const entries: LayerEntry[] = [{ path: script, type: 'file', mode: 0o755, content: runScript(groups) }];
  for (const [index, { rules }] of groups.entries()) {
    const found = languagesOf[index] ?? [];
    entries.push({
      path: `${groupDir(index)}/sgconfig.yml`,
      type: 'file',
      content: '{"ruleDirs":["rules"]}\n',
    });
    entries.push({ path: `${groupDir(index)}/rules`, type: 'dir' });
    for (const [at, { languages, given }] of rules.entries())
      for (const language of found.filter((each) => languages?.includes(each) ?? true)) {
        const rule = { ...given, id: `${at}-${language}`, language, severity: 'hint' };
        const path = `${groupDir(index)}/rules/${at}-${language}.yml`;
        entries.push({ path, type: 'file', content: withoutIgnores(JSON.stringify(rule)) });
      }
  }
  return entries;
}

export function groupDir(index: number): string {
  return `${searchDir}/${index}`;
}

/**
 * All rules of a group in one scan, which parses every file once; only where ast-grep refuses one of them, each by
 * itself. Marks on both outputs say which scan it was: what ast-grep prints there are JSON objects, whatever they quote.
 */
function runScript(groups: readonly SearchGroup[]): string {
  const folders = groups.flatMap(({ files }, index) => (files.length === 0 ? [] : [index])).join(' ');
  return `#!/bin/sh
cd ${searchDir} || exit ${cannotRun}
export HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent
program=
for each in ${toolsDir}/ast-grep/node_modules/@ast-grep/cli-*/ast-grep; do
  if "$each" --version >/dev/null; then program=$each; break; fi
done
[ -n "$program" ] || exit ${cannotRun}
scan() {
  echo "#begin $1"
  echo "#begin $1" >&2
  name=$1
  shift
  {
    "$program" scan "$@" --json=stream --color never -j 1 --inspect summary \\
      --no-ignore hidden --no-ignore dot --no-ignore exclude --no-ignore global --no-ignore parent --no-ignore vcs
    echo $? >/tmp/assay-code
  } | head -c ${scanBytes}
  read -r code </tmp/assay-code
  echo
  echo "#end $name $code"
}
for group in ${folders}; do
  cd ${searchDir}/$group || exit ${cannotRun}
  scan $group -c sgconfig.yml before after
  [ "$code" = ${refusedRule} ] || continue
  for rule in rules/*.yml; do
    rule=\${rule#rules/}
    scan $group/\${rule%.yml} --rule rules/$rule before after
  done
done
`;
}
