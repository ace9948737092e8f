import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sarif } from './sarif.ts';
import { openToolBench, type ToolBench } from './support/testing.ts';

let bench: ToolBench;
beforeAll(async () => {
  bench = await openToolBench();
});
afterAll(() => bench.engine.sandbox.close());

/** A linter of nothing but a shell: TODOs are findings of the level that its configuration names. */
const script = `#!/bin/sh
report=$1; shift
level=$(cat level.conf)
artifacts=; results=
for file; do
  artifacts="$artifacts\${artifacts:+,}{\\"location\\":{\\"uri\\":\\"file://$PWD/$file\\"},\\"roles\\":[\\"analysisTarget\\"]}"
  line=$(grep -n TODO -- "$file" | head -n 1 | cut -d: -f1)
  [ -z "$line" ] || results="$results\${results:+,}{\\"ruleId\\":\\"todo\\",\\"level\\":\\"$level\\",\\"message\\":{\\"text\\":\\"A TODO.\\"},\\"locations\\":[{\\"physicalLocation\\":{\\"artifactLocation\\":{\\"uri\\":\\"$file\\"},\\"region\\":{\\"startLine\\":$line}}}]}"
done
echo "{\\"version\\":\\"2.1.0\\",\\"runs\\":[{\\"tool\\":{\\"driver\\":{\\"name\\":\\"todo\\"}},\\"artifacts\\":[$artifacts],\\"results\\":[$results]}]}" >"$report"
[ -z "$results" ]
`;
const options = {
  name: 'todo',
  command: ['{config}', '{report}', '{files}'],
  report: 'file' as const,
  config: 'todo.sh',
  files: ['**/*.txt'],
  configuration: ['level.conf'],
};
const suite = { 'todo.sh': script };

describe('a tool that prints SARIF', () => {
  it('is a script of the suite, whose configuration is the base’s and whose files are no options', async () => {
    const { output, report } = await bench.run(sarif, {
      options,
      suite,
      files: { 'a.txt': 'fine', '-e/b c.txt': 'x\nTODO', 'level.conf': 'note' },
      base: { 'level.conf': 'error' },
    });
    expect(output).toMatchObject({ exitCode: 1, stderr: '' });
    expect(report()).toMatchObject({
      files: 2,
      findings: [{ tool: 'todo', rule: 'todo', level: 'error', path: '-e/b c.txt', startLine: 2 }],
    });
  });

  it('is a failure where it does not write its report', async () => {
    const { report } = await bench.run(sarif, {
      options: {
        ...options,
        command: ['sh', '-c', 'echo "no rules" >&2; exit "$1"', '{config}', '1', '{report}'],
      },
      suite,
      files: { 'a.txt': '' },
    });
    expect(report).toThrow('it wrote no report');
  });

  it('is a failure where it does not end as it should', async () => {
    const { report } = await bench.run(sarif, {
      options: { ...options, command: ['sh', '-c', 'echo "no rules" >&2; exit 2', '{config}', '{report}'] },
      suite,
      files: { 'a.txt': '' },
    });
    expect(report).toThrow('it ended with exit code 2: no rules');
  });
});
