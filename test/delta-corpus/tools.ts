import { join } from 'node:path';
import { readBytes } from '../../harness/plan/read-file.ts';
import { type ChosenTool, openTool, toolEntries } from '../../scorers/static/choose.ts';
import { textTools, toolAdapters } from '../../scorers/static/tools/registry.ts';

/** Options of each tool, where its own do not do; files are relative to this folder. */
const options: Readonly<Record<string, object>> = {
  'ast-grep': {
    inline: [
      {
        id: 'no-console-log',
        language: 'ts',
        severity: 'warning',
        message: 'Logs belong to the logger.',
        rule: { pattern: 'console.log($$$)' },
      },
      {
        id: 'no-console-log-js',
        language: 'js',
        severity: 'warning',
        message: 'Logs belong to the logger.',
        rule: { pattern: 'console.log($$$)' },
      },
      {
        id: 'no-print',
        language: 'python',
        severity: 'warning',
        message: 'Logs belong to the logger.',
        rule: { pattern: 'print($$$)' },
      },
    ],
  },
  jscpd: { minTokens: 25, minLines: 4 },
  semgrep: { rules: ['semgrep-rules.yaml'] },
};

/** Tools for which one case would be part of another one: what they say of a file depends on all others. */
export const isolated: ReadonlySet<string> = new Set(['knip', 'jscpd']);

/** A tool as a suite that names it would have it. Throws AssayError `input` for options that it does not accept. */
export async function corpusTool(name: string): Promise<ChosenTool> {
  const [entry] = toolEntries([{ tool: name, ...options[name] }], {
    adapters: toolAdapters,
    texts: textTools,
  });
  if (entry === undefined) throw new TypeError(`there is no tool ${name}`);
  return openTool(entry, [], async (path) => {
    const read = await readBytes(join(import.meta.dirname, path), {
      maxBytes: 1024 ** 2,
      within: import.meta.dirname,
    });
    if (!read.ok) throw new Error(`${path}: ${read.message}`);
    return read.bytes;
  });
}
