import { openStaticBench } from '../scorers/static/testing.ts';

const files = 200;
const candidates = 5;

/** A base with as many files of each language as a small project has, each with something to find. */
function project(): Record<string, string> {
  const base: Record<string, string> = {
    'package.json': '{ "name": "bench", "private": true, "type": "module", "main": "src/m0.ts" }\n',
    'tsconfig.json':
      '{ "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext", "target": "esnext", "types": [], "allowImportingTsExtensions": true, "skipLibCheck": true }, "include": ["src"] }\n',
  };
  for (let index = 0; index < files / 2; index++) {
    base[`src/m${index}.ts`] = typescript(index);
    base[`lib/m${index}.py`] = python(index);
  }
  return base;
}

function typescript(index: number): string {
  const next = (index + 1) % (files / 2);
  const functions = Array.from(
    { length: 20 },
    (_, at) =>
      `export function f${at}(value: number): number {\n  if (value == ${at}) return value + ${index};\n  return value * 2;\n}\n`,
  );
  return `import { f0 as next } from './m${next}.ts';\n\n${functions.join('\n')}\nexport const last = () => next(1);\n`;
}

function python(index: number): string {
  const functions = Array.from(
    { length: 20 },
    (_, at) =>
      `def f${at}(value: int) -> int:\n    if value == None:\n        return ${index}\n    return value * ${at}\n`,
  );
  return `import os\n\n${functions.join('\n\n')}`;
}

const eachAlone = [
  ...['tsc', 'eslint', 'biome', 'knip', 'jscpd', 'ruff', 'mypy', 'bandit', 'secretlint'],
  ...['suppressions', 'complexity'],
].map((tool) => ({ name: tool, tools: [tool as string | object] }));

/** Milliseconds per tool: a base once, and then each candidate; a container that does nothing is the floor. */
export async function staticBench(): Promise<string[]> {
  const rules = {
    'rules/eval.yml':
      'id: no-none\nlanguage: Python\nrule: { pattern: "$A == None" }\nseverity: warning\nmessage: compare with is\n',
    'rules/semgrep.yml':
      'rules:\n  - id: no-none\n    pattern: $A == None\n    message: compare with is\n    languages: [python]\n    severity: WARNING\n',
  };
  const bench = await openStaticBench('bench', project(), {
    from: 'python:3.11-slim-bookworm',
    suite: rules,
  });
  try {
    const floor = await timed(candidates, () => bench.floor());
    const lines = [
      `${files} files, ${candidates} candidates that change 2 of them each; a container that runs nothing: ${floor.toFixed(0)} ms`,
      '',
      'tool            base, once   each candidate   candidate / floor   candidate / base',
    ];
    const tools = [
      ...eachAlone,
      { name: 'ast-grep', tools: [{ tool: 'ast-grep', rules: ['rules/eval.yml'] }] },
      { name: 'semgrep', tools: [{ tool: 'semgrep', rules: ['rules/semgrep.yml'] }] },
    ];
    for (const { name, tools: entry } of tools) {
      // Installing is not what is measured.
      await bench.score({ tools: entry }, {});
      bench.forget();
      const start = performance.now();
      const nothing = await bench.score({ tools: entry }, {});
      const once = performance.now() - start;
      if (nothing.outcome !== 'pass') throw new Error(`${name}: ${nothing.reason}`);
      let turn = 0;
      const each = await timed(candidates, async () => {
        turn += 1;
        await bench.score(
          { tools: entry },
          {
            [`src/m${turn}.ts`]: typescript(turn).replace('value * 2', `value * ${turn + 2}`),
            [`lib/m${turn}.py`]: python(turn).replace('import os', 'import re'),
          },
        );
      });
      lines.push(
        `${name.padEnd(15)} ${`${once.toFixed(0)} ms`.padStart(10)}   ${`${each.toFixed(0)} ms`.padStart(14)}   ${(each / floor).toFixed(1).padStart(17)}   ${(each / once).toFixed(2).padStart(16)}`,
      );
    }
    return lines;
  } finally {
    await bench.close();
  }
}

/** Mean of several runs, one after another, in milliseconds. */
async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let run = 0; run < times; run += 1) await work();
  return (performance.now() - start) / times;
}
