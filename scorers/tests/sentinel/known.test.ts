import { expect, it } from 'vitest';
import { knownAmong } from './known.ts';

it.each<[path: string, base: string[], laid: string[], known: boolean]>([
  ['a/b.test.ts', ['a/b.test.ts'], [], true],
  ['a/b.test.ts', ['a/b.test.ts'], ['a/b.test.ts'], true],
  ['a/b.test.ts', ['a/c.test.ts'], ['a/b.test.ts'], false],
  ['a/b.test.ts', ['a/b.test.ts', 'a/__snapshots__/b.test.ts.snap'], [], false],
  ['a/b.test.ts', ['a/b.test.ts'], ['a/__snapshots__/b.test.ts.snap'], false],
  ['a/b.test.ts', ['a/b.test.ts', 'a/__snapshots__/c.test.ts.snap'], [], true],
  ['a/b.test.mjs', ['a/b.test.mjs', 'a/b.test.mjs.snapshot'], [], false],
  ['t/test_a.py', ['t/test_a.py', 't/__snapshots__/test_a.ambr'], [], false],
  ['t/test_a.py', ['t/test_a.py', 't/test_a/test_words.yml'], [], false],
  ['t/test_a.py', ['t/test_a.py', 't/snapshots/snap_test_a.py'], [], false],
  ['t/test_a.py', ['t/test_a.py', 't/test_b.py'], [], true],
])('%s beside %j and %j', (path, base, laid, known) => {
  expect(knownAmong(base, laid)(path)).toBe(known);
});
