import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GivenCheck } from '../schema.ts';
import { type Answered, type ChecksBench, openChecksBench } from './command-testing.ts';
import { runPropertyChecks } from './property.ts';

interface Trial {
  /** Text of the property file; of the language's own by default. */
  text?: string;
  files?: Record<string, string>;
  given?: Partial<GivenCheck<'property'>>;
}

async function ask(bench: ChecksBench, file: string, text: string, { files = {}, given }: Trial) {
  const check = { file, runs: 100, seed: 1, timeout_sec: 60, ...given };
  const answers = await bench.ask({
    run: runPropertyChecks,
    checks: [{ id: 'order/2', given: check }],
    files,
    task: { [file]: text },
  });
  const answer = answers['order/2'];
  if (answer === undefined) throw new Error('there is no answer');
  return answer;
}

function counterexampleIn({ evidence }: Answered): unknown {
  return JSON.parse(evidence['order~2.counterexample.json'] ?? 'null');
}

describe('properties in TypeScript', () => {
  let bench: ChecksBench;
  beforeAll(async () => {
    bench = await openChecksBench('node:24-bookworm-slim', {
      'package.json': '{"type": "module"}\n',
      'src/sorted.ts': 'export const sorted = (list: number[]): number[] => list;\n',
    });
  });
  afterAll(() => bench?.close());

  const property = (body: string) => `import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sorted } from './sorted.ts';

test('is in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (list) => {
      ${body}
    }),
  );
});
`;
  const properties = property('assert.deepEqual(sorted([...list]), list.toSorted((a, b) => a - b));');
  const right = 'export const sorted = (list: number[]) => list.toSorted((a, b) => a - b);\n';
  // By their text, as JavaScript does where nobody says otherwise.
  const wrong = 'export const sorted = (list: number[]) => list.toSorted();\n';
  const trial = (implementation: string, { text = properties, files, given }: Trial = {}) =>
    ask(bench, 'properties/sorted.test.ts', text, {
      files: { 'src/sorted.ts': implementation, ...files },
      given: { at: 'src', ...given },
    });

  it('pass over a candidate that conforms, with what ran in words', async () => {
    expect(await trial(right, { given: { runs: 150, seed: 7 } })).toEqual({
      id: 'order/2',
      outcome: 'pass',
      message: '150 runs, seed 7',
      evidence: {},
    });
  });

  it('may be asynchronous, and have preconditions', async () => {
    const text = `import { asyncProperty, array, assert as check, nat, pre } from 'fast-check';
import { test } from 'node:test';
import { sorted } from './sorted.ts';
test('keeps the least in front', () =>
  check(
    asyncProperty(array(nat()), async (list) => {
      pre(list.length > 0);
      await Promise.resolve();
      return sorted(list)[0] === Math.min(...list);
    }),
  ));
`;
    expect(await trial(right, { text })).toMatchObject({ outcome: 'pass', message: '100 runs, seed 1' });
  });

  it('fail over one that breaks them, with the same small counterexample every time', async () => {
    const first = await trial(wrong);
    expect(first).toMatchObject({ outcome: 'fail', message: expect.stringContaining('counterexample [[') });
    const found = counterexampleIn(first);
    expect(found).toMatchObject({
      seed: 1,
      runs: 100,
      error: expect.stringContaining('strictly deep-equal'),
    });
    const { counterexample } = found as { counterexample: string };
    // Two numbers are enough, and none smaller than these come in another order as texts.
    expect(JSON.parse(counterexample)[0]).toHaveLength(2);
    expect(counterexampleIn(await trial(wrong))).toEqual(found);
  });

  it.each([
    ['that breaks when it is loaded', `throw new Error('not today');\n${right}`, 'not today'],
    ['that ends the process', `process.exit(0);\n${right}`, 'exit code 0'],
    ['that never comes to an end', `for (;;);\n${right}`, 'did not end within 3 s'],
  ])('come to no answer over one %s', async (_, implementation, reason) => {
    const answer = await trial(implementation, { given: { timeout_sec: reason.includes('3 s') ? 3 : 60 } });
    expect(answer).toMatchObject({ outcome: 'unknown', message: expect.stringContaining(reason) });
  });

  const cheats = {
    'sets fast-check itself to a single run': `
import fc from '/opt/assay/tools/fast-check/node_modules/fast-check/lib/fast-check.js';
fc.configureGlobal({ numRuns: 1, reporter: () => undefined });
const prototype = Object.getPrototypeOf(fc.property(fc.integer(), () => true));
prototype.run = () => null;
fc.installGlobalPlugin(() => ({ name: 'x', onRun: () => undefined }));
${wrong}`,
    'takes what the file imports for itself': `
import { createRequire, registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (found.url.startsWith('assay:')) process.exit(0);
    return found;
  },
});
registerHooks({
  resolve(specifier, context, next) {
    const parentURL = import.meta.url.replace('sorted.ts', 'sorted.test.ts');
    return specifier === 'mine' ? next('fast-check', { ...context, parentURL }) : next(specifier, context);
  },
});
try {
  (await import('mine')).configureGlobal({ numRuns: 1 });
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
}
const places = [import.meta.filename.replace('sorted.ts', 'sorted.test.ts'), '/opt/assay/node/library.mjs'];
for (const place of places) {
  try {
    createRequire(place)('fast-check').configureGlobal({ numRuns: 1 });
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
}
try {
  (await import('/opt/assay/node/library.mjs')).bringIn({}, '', () => undefined);
} catch {}
${wrong}`,
    'claims that inputs do not count': `
export const sorted = (list: number[]) => {
  const result = list.toSorted();
  for (let at = 1; at < result.length; at += 1)
    if (Number(result[at - 1]) > Number(result[at])) {
      const error = new Error('no');
      throw Object.assign(error, { footprint: Symbol.for('fast-check/PreconditionFailure') });
    }
  return result;
};
`,
  };
  it.each(Object.entries(cheats))('fail over one that %s', async (_, implementation) => {
    const answer = await trial(implementation);
    expect(answer).toMatchObject({ outcome: 'fail', message: expect.stringContaining('counterexample [[') });
  });

  const forgers = {
    'puts back what it replaced before anyone looks': `
import assert from 'node:assert/strict';
const { deepEqual } = assert;
export const sorted = (list: number[]) => {
  for (const name of ['deepEqual', 'equal', 'strictEqual', 'deepStrictEqual', 'ok', 'notEqual', 'notStrictEqual']) {
    const plain = assert[name];
    assert[name] = () => undefined;
    setImmediate(() => { assert[name] = plain; });
  }
  return list.toSorted();
};
`,
    'replaces what compares for one input alone': `
import assert from 'node:assert/strict';
const { deepEqual } = assert;
export const sorted = (list: number[]) => {
  const result = list.toSorted();
  const isRight = result.every((value, at) => at === 0 || Number(result[at - 1]) <= value);
  assert.deepEqual = isRight ? deepEqual : () => undefined;
  queueMicrotask(() => { assert.deepEqual = deepEqual; });
  return result;
};
`,
    'replaces what compares': `
import assert from 'node:assert/strict';
assert.deepEqual = () => undefined;
${wrong}`,
  };
  it.each(Object.entries(forgers))('come to no answer over one that %s', async (_, implementation) => {
    expect(await trial(implementation)).toMatchObject({
      outcome: 'unknown',
      message: expect.stringMatching(/replaced|must fail/),
    });
  });

  it.each([
    ['takes none of its inputs', property('fc.pre(list.length > 1e6);'), 'did not meet its preconditions'],
    ['is not there', "import { test } from 'node:test';\ntest('is', () => {});\n", 'no property ran'],
    [
      'is in no test',
      `import fc from 'fast-check';\nfc.assert(fc.property(fc.nat(), (n) => n >= 0));\n`,
      'none of its tests ran',
    ],
  ])('come to no answer where a property %s', async (_, text, reason) => {
    const answer = await trial(right, { text });
    expect(answer).toMatchObject({ outcome: 'unknown', message: expect.stringContaining(reason) });
  });

  it('come to no answer where the file cannot be used', async () => {
    const answer = await trial(right, { given: { file: 'properties/other.test.ts' } });
    expect(answer.message).toBe('the spec is wrong: properties/other.test.ts does not exist');
    expect((await trial(right, { given: { language: 'python' } })).message).toContain('is not python');
    expect((await trial(right, { given: { file: 'a.cjs' } })).message).toContain('are ES modules');
  });
});

describe('properties in Python', () => {
  let bench: ChecksBench;
  beforeAll(async () => {
    bench = await openChecksBench('python:3.11-slim-bookworm', {
      'sorting.py': 'def ordered(values):\n    return values\n',
    });
  });
  afterAll(() => bench?.close());

  const property = (body: string) => `import unittest
from hypothesis import assume, given, strategies as st
from sorting import ordered


class Sorting(unittest.TestCase):
    @given(st.lists(st.integers()))
    def test_is_in_order(self, values):
        ${body}
`;
  const properties = property('self.assertEqual(ordered(list(values)), sorted(values))');
  const right = 'def ordered(values):\n    return sorted(values)\n';
  const wrong = 'def ordered(values):\n    return sorted(set(values))\n';
  const trial = (implementation: string, { text = properties, given = {} }: Trial = {}) =>
    ask(bench, 'test_sorting.py', text, { files: { 'sorting.py': implementation }, given });

  it('pass over a candidate that conforms, with what ran in words', async () => {
    expect(await trial(right, { given: { runs: 150, seed: 7 } })).toEqual({
      id: 'order/2',
      outcome: 'pass',
      message: '150 runs, seed 7',
      evidence: {},
    });
  });

  it('fail over one that breaks them, with the same small counterexample every time', async () => {
    const first = await trial(wrong);
    expect(first.outcome).toBe('fail');
    const found = counterexampleIn(first);
    expect(found).toEqual({
      seed: 1,
      runs: 100,
      counterexample: 'test_is_in_order(\n    values=[0, 0],\n)',
      error: expect.stringContaining('AssertionError: Lists differ: [0] != [0, 0]'),
    });
    expect(counterexampleIn(await trial(wrong))).toEqual(found);
  });

  it.each([
    ['that breaks when it is loaded', "raise ValueError('not today')\n", 'not today'],
    ['that ends the process', 'import os\nos._exit(0)\n', 'exit code 0'],
    ['that never comes to an end', `while True:\n    pass\n`, 'did not end within 3 s'],
    [
      'that leaves the tests out',
      "import unittest\ndef ordered(values):\n    raise unittest.SkipTest('later')\n",
      '',
    ],
  ])('come to no answer over one %s', async (_, implementation, reason) => {
    const answer = await trial(implementation, { given: { timeout_sec: reason.includes('3 s') ? 3 : 60 } });
    expect(answer).toMatchObject({ outcome: 'unknown', message: expect.stringContaining(reason) });
  });

  const refusing = (refusal: string) => `
def ordered(values):
    result = sorted(set(values))
    if len(result) != len(values):
        ${refusal}
    return result
`;
  const cheats = {
    'assumes that inputs do not come': refusing('from hypothesis import assume; assume(False)'),
    'stops the run of an input': refusing(
      'import hypothesis.control as c; from hypothesis.errors import StopTest; raise StopTest(c.current_build_context().data.testcounter)',
    ),
  };
  it.each(Object.entries(cheats))('fail over one that %s', async (_, implementation) => {
    const answer = await trial(implementation);
    expect(answer).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('claimed that an input does not count'),
    });
  });

  const forgers = {
    'sets Hypothesis to a single run': `
from hypothesis import settings
settings.register_profile('one', max_examples=1)
settings.load_profile('one')
${wrong}`,
    'replaces a part of Hypothesis': `
import hypothesis.core
hypothesis.core.StateForActualGivenExecution.run_engine = lambda self: None
${wrong}`,
    'replaces what compares for one input alone': `
import unittest
plain = unittest.TestCase.assertEqual
def ordered(values):
    result = sorted(set(values))
    unittest.TestCase.assertEqual = plain if len(result) == len(values) else lambda *_: None
    return result
`,
    'replaces what compares': `
import unittest
unittest.TestCase.assertEqual = lambda *_: None
${wrong}`,
  };
  it.each(Object.entries(forgers))('come to no answer over one that %s', async (_, implementation) => {
    expect(await trial(implementation)).toMatchObject({
      outcome: 'unknown',
      message: expect.stringMatching(/replaced|changed|must fail/),
    });
  });

  it.each([
    ['takes none of its inputs', property('assume(len(values) < 0)'), '0 inputs were generated'],
    [
      'is not there',
      'import unittest\nclass Sorting(unittest.TestCase):\n    def test_is(self):\n        pass\n',
      'no property ran',
    ],
  ])('come to no answer where a property %s', async (_, text, reason) => {
    const answer = await trial(right, { text });
    expect(answer).toMatchObject({ outcome: 'unknown', message: expect.stringContaining(reason) });
  });
});
