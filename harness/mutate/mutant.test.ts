import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parser as javascript } from '@lezer/javascript';
import { parser as python } from '@lezer/python';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangedFile } from './changed-file.ts';
import { chooseMutants, type Mutant, oracleMutants } from './mutant.ts';
import { plain } from './testing.ts';

const root = resolve(import.meta.dirname, '../..');

function change(path: string, base: string | null, oracle: string | null): ChangedFile {
  return { path, base: base === null ? null : plain(base), oracle: oracle === null ? null : plain(oracle) };
}

const chosen = (changes: ChangedFile[], budget = 10_000, seed: number | string = 1) =>
  chooseMutants(oracleMutants(changes), { budget, seed });

const shown = (mutants: readonly Mutant[]) =>
  mutants.map(({ kind, path, words }) => `${kind} ${path} ${words}`);

describe('mutants of an oracle', () => {
  const changes = [
    change('src/b.py', 'def f(a):\n    pass\n', 'def f(a):\n    return a < 1\n'),
    change('src/a.js', null, 'export const x = 5;\n'),
    change('tests/test_f.py', null, 'x = f() == y\n'),
    change('README.md', 'a\n', 'b\n'),
    change('package-lock.json', '{}\n', '{ "a": 1 }\n'),
  ];

  it('are hunks first, then faults, each against the tree of the oracle', () => {
    const mutants = chosen(changes);
    expect(shown(mutants).toSorted()).toEqual([
      'hunk src/a.js the new file left out',
      'hunk src/b.py the only hunk left out',
      'operator src/a.js `5` became `6`',
      'operator src/b.py `1` became `0`',
      'operator src/b.py `<` became `<=`',
      'operator src/b.py `a < 1` became `False`',
    ]);
    expect(mutants.map(({ kind }) => kind)).toEqual([...Array(2).fill('hunk'), ...Array(4).fill('operator')]);
    const made = (words: string) => [...(mutants.find((one) => one.words === words)?.changes ?? [])];
    expect(made('the new file left out')).toEqual([['src/a.js', null]]);
    expect(made('the only hunk left out')).toEqual([['src/b.py', plain('def f(a):\n    pass\n')]]);
    expect(made('`5` became `6`')).toEqual([['src/a.js', plain('export const x = 6;\n')]]);
    expect(made('`<` became `<=`')).toEqual([['src/b.py', plain('def f(a):\n    return a <= 1\n')]]);
  });

  it('leave tests and documents alone unless there is nothing else', () => {
    expect(shown(chosen(changes.slice(2)))).toEqual(
      expect.arrayContaining([
        'hunk README.md the only hunk left out',
        'operator tests/test_f.py `==` became `!=`',
      ]),
    );
  });

  it('put back no file where a folder is now, nor in the place of a file', () => {
    const swapped = [
      change('a', 'A', null),
      change('a/b', null, 'B'),
      change('c/d', 'D', null),
      change('c', null, 'C'),
    ];
    expect(shown(chosen([...swapped, change('e/f', 'F', null)])).toSorted()).toEqual([
      'hunk a/b the new file left out',
      'hunk c the new file left out',
      'hunk e/f the deleted file put back',
    ]);
  });

  it('are plain data', () => {
    for (const mutant of chosen(changes)) {
      expect(Object.keys(mutant).toSorted()).toEqual([
        'changes',
        'id',
        'kind',
        'line',
        'operator',
        'path',
        'words',
      ]);
      expect(structuredClone(mutant).id).toBe(mutant.id);
    }
  });

  it('are as many as the budget allows, hunks before faults', () => {
    expect(chosen(changes, 0)).toEqual([]);
    expect(chosen(changes, 1).map(({ kind }) => kind)).toEqual(['hunk']);
    expect(chosen(changes, 3).map(({ kind }) => kind)).toEqual(['hunk', 'hunk', 'operator']);
    const files = Array.from({ length: 20 }, (_, n) => change(`f${n}.py`, null, 'x = 1\ny = 2\nz = 3\n'));
    expect(new Set(chosen(files, 20).map(({ path }) => path)).size).toBe(20);
    expect(chosen(files, 20).every(({ kind }) => kind === 'hunk')).toBe(true);
    expect(
      new Set(
        chosen(files, 40)
          .slice(20)
          .map(({ path }) => path),
      ).size,
    ).toBe(20);
  });

  it('are chosen by the seed alone', () => {
    const source = Array.from({ length: 100 }, (_, n) => `x${n} = a < ${n}\n`).join('');
    const ids = (seed: number | string, all = [...changes, change('c.py', null, source)]) =>
      chosen(all, 20, seed).map(({ id }) => id);
    expect(ids(1)).toEqual(ids('1'));
    expect(ids(1, [change('c.py', null, source), ...changes.toReversed()])).toEqual(ids(1));
    expect(ids(2)).not.toEqual(ids(1));
    // Written down, so that a choice made on another machine or by another version of Node is told apart.
    expect(ids(1).slice(3, 6)).toEqual([
      'c.py:change-number:2557a7ef',
      'src/b.py:empty-return:a31e35cb',
      'c.py:shift-boundary:c83e4699',
    ]);
  });

  it('are none of nothing', () => {
    expect(oracleMutants([])).toEqual([]);
    expect(chosen([change('a.txt', 'a', 'a')])).toEqual([]);
  });

  it('are bounded in number and in what is read', () => {
    const wide = Array.from({ length: 12 }, (_, n) => change(`f${n}.js`, null, 'f(1);\n'.repeat(500)));
    const all = oracleMutants(wide);
    expect(all).toHaveLength(5000);
    expect(new Set(all.map(({ path }) => path)).size).toBe(12);
    const large = Array.from({ length: 40 }, (_, n) => change(`f${n}.txt`, 'a\n', 'b'.repeat(400_000)));
    expect(
      oracleMutants([...large, change('small.js', null, 'f(1)')]).filter(({ kind }) => kind === 'operator'),
    ).toHaveLength(2);
  });
});

describe('whatever the texts are', () => {
  const piece = fc.constantFrom(
    ...[
      'if (a < b) {',
      '}',
      'else',
      'return x',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '`',
      '${',
      '/*',
      '*/',
      '//',
      '#',
      '"""',
    ],
    ...[
      'def f():',
      '    ',
      '\n',
      '\n',
      '\n',
      ';',
      ' ',
      'a',
      '1',
      '0.5',
      '=>',
      '?.',
      '??',
      '&&',
      'not',
      'in',
      '!',
      '-',
      '+=',
    ],
    ...[
      'while True:',
      'break',
      'throw',
      'raise',
      'x: ',
      '<T>',
      'lambda',
      'f"{',
      '\r\n',
      '\0',
      '\ufeff',
      'é',
      '😀',
      '\ud800',
    ],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  );
  const path = fc.constantFrom('a.py', 'a.ts', 'a.jsx', 'a.tsx', 'a', 'a.go');
  const state = fc.option(
    fc.record({
      mode: fc.constantFrom('100644' as const, '100644' as const, '100755' as const, '120000' as const),
      content: text.map((content) => Buffer.from(content)),
    }),
  );

  it('nothing is thrown, every mutant is another than the oracle, and no two are the same', () => {
    fc.assert(
      fc.property(path, state, state, (at, base, oracle) => {
        const mutants = chosen([{ path: at, base, oracle }]);
        const states = mutants.map(({ changes }) => {
          const made = changes.get(at);
          return made ? `${made.mode} ${made.content.toString('latin1')}` : made;
        });
        const own = oracle && `${oracle.mode} ${oracle.content.toString('latin1')}`;
        expect(states).not.toContain(own);
        expect(new Set(states).size).toBe(states.length);
        expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
        expect(mutants.every(({ words }) => !words.includes('\n') && words.length < 300)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('mutants of real programs', () => {
  const typed = javascript.configure({ dialect: 'ts', strict: true });
  const strict = {
    py: python.configure({ strict: true }),
    ts: typed,
    js: javascript.configure({ strict: true }),
  };
  const isProgram = (file: string, source: string) => {
    try {
      return strict[file.slice(file.lastIndexOf('.') + 1) as keyof typeof strict].parse(source).length > 0;
    } catch {
      return false;
    }
  };

  /** How many faults there are; each must leave a program, parsed anew. */
  function check(files: ChangedFile[], budget = 10_000): number {
    const mutants = chosen(files, budget).filter(({ kind }) => kind === 'operator');
    const broken = mutants.filter(
      ({ path, changes }) => !isProgram(path, changes.get(path)?.content.toString() ?? ''),
    );
    expect(broken.map(({ id }) => id)).toEqual([]);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
    return mutants.length;
  }

  it('are programs, of our own source', () => {
    const files = globSync('harness/mutate/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
    const understood = files.filter((file) => isProgram(file, readFileSync(join(root, file), 'utf8')));
    expect(understood.length).toBeGreaterThan(15);
    for (const file of understood) check([change(file, null, readFileSync(join(root, file), 'utf8'))], 20);
    expect(
      check([change('a.ts', null, readFileSync(join(import.meta.dirname, 'javascript.ts'), 'utf8'))]),
    ).toBeGreaterThan(40);
  });

  const quickstart = join(root, 'suites/quickstart/tasks');
  it.each(readdirSync(quickstart))('are programs, of the solution of %s', (task) => {
    const solution = globSync(join(quickstart, task, 'solution/*.{py,ts,js}'));
    expect(solution).not.toEqual([]);
    const files = solution.map((file) => {
      const [before] = globSync(join(quickstart, task, 'environment/**', basename(file)));
      return change(basename(file), before ? readFileSync(before, 'utf8') : null, readFileSync(file, 'utf8'));
    });
    expect(check(files)).toBeGreaterThan(40);
    expect(chosen(files).some(({ kind }) => kind === 'hunk')).toBe(true);
  });

  const pool = resolve(root, '../shared/data/pool-humaneval/tasks');
  it.skipIf(!existsSync(pool))('are programs, of reference solutions that others wrote', () => {
    const counts = readdirSync(pool).map((task) => {
      const [base, oracle] = ['environment', 'solution'].map((folder) =>
        readFileSync(join(pool, task, folder, 'solution.py'), 'utf8'),
      );
      return check([change('solution.py', base ?? '', oracle ?? '')]);
    });
    expect(counts.length).toBeGreaterThan(50);
    expect(counts.filter((count) => count === 0).length).toBeLessThan(counts.length / 10);
  });
});
