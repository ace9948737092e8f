import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scorer, ScorerControl } from '../../scorers/scorer.ts';
import { treeOf } from '../../scorers/testing.ts';
import type { Candidate } from '../domain/candidate.ts';
import { sha256 } from '../domain/digest.ts';
import { infrastructureError, inputError } from '../domain/errors.ts';
import type { Requirement, Verdict } from '../domain/verdict.ts';
import { testSpec } from '../sandbox/docker-testing.ts';
import { openStore } from '../store/git-store.ts';
import type { Store } from '../store/store.ts';
import { controlFaults, inputReason, openProofs, ownControls } from './requirement-proofs.ts';

function requirement(id: string, outcome: Requirement['outcome']): Requirement {
  return { id, kind: 'criterion', says: `It does ${id}.`, outcome, message: '', checks: [id], evidence: [] };
}

function verdict(outcomes: Record<string, Requirement['outcome']> | null): Verdict {
  const requirements = Object.entries(outcomes ?? {}).map(([id, outcome]) => requirement(id, outcome));
  return {
    ...{ scorer: 'spec', version: '1', outcome: 'fail', reason: '', score: null, confirmed: false },
    ...{ checks: [], checksTotal: 0, measures: {}, evidence: [] },
    ...(outcomes === null ? {} : { requirements }),
  };
}

function scorer(name: string, controls?: ScorerControl[]): Scorer {
  return {
    ...{ name, version: '1', config: sha256(name) },
    score: () => Promise.reject(new Error('nobody scores here')),
    ...(controls === undefined ? {} : { controls: async () => controls }),
  };
}

const spec = scorer('spec');
const tests = scorer('tests');

describe('proofs of requirements', () => {
  const open = () =>
    openProofs([tests, spec], async ({ name }) =>
      name === 'spec' ? verdict({ a: 'fail', b: 'pass', c: 'unknown', d: 'unverified' }) : verdict(null),
    );

  it('begin with what the base breaks: only a failure is a refusal', async () => {
    const proofs = await open();
    expect(proofs.all().map(({ id, provenBy, isUnverified }) => [id, provenBy, isUnverified])).toEqual([
      ['a', 'the base unchanged', false],
      ['b', null, false],
      ['c', null, false],
      ['d', null, true],
    ]);
    expect(proofs.all()[0]).toMatchObject({ scorer: 'spec', kind: 'criterion', says: 'It does a.' });
    expect(proofs.open()).toEqual([spec]);
  });

  it('name the first control that was refused', async () => {
    const proofs = await open();
    proofs.take(spec, verdict({ b: 'fail', c: 'unknown', d: 'pass' }), 'control one');
    proofs.take(spec, verdict({ a: 'fail', b: 'fail', c: 'fail' }), 'mutant two');
    expect(proofs.all().map(({ provenBy }) => provenBy)).toEqual([
      'the base unchanged',
      'control one',
      'mutant two',
      null,
    ]);
    // What has no check nothing can prove: nobody need be asked for it.
    expect(proofs.open()).toEqual([]);
  });

  it("do not take one scorer's word for another's requirement", async () => {
    const proofs = await open();
    proofs.take(tests, verdict({ b: 'fail' }), 'control');
    expect(proofs.all()[1]?.provenBy).toBeNull();
  });

  it('are none where no scorer knows requirements', async () => {
    const proofs = await openProofs([tests], async () => verdict(null));
    expect([proofs.all(), proofs.open()]).toEqual([[], []]);
  });
});

it('a control breaks what it says, or is told of', () => {
  const said = verdict({ a: 'fail', b: 'pass', c: 'unknown' });
  expect(controlFaults({ name: 'x', breaks: ['a'] }, said)).toEqual([]);
  expect(controlFaults({ name: 'x', breaks: ['b', 'c', 'gone'] }, said)).toEqual([
    'control x is to break b, which says pass',
    'control x is to break c, which says unknown',
    'control x is to break gone, which says nothing',
  ]);
});

it('only what a person can mend is a reason', () => {
  expect(inputReason(inputError('the spec is wrong'))).toBe('the spec is wrong');
  for (const error of [infrastructureError('no disk'), new TypeError('a slip')])
    expect(() => inputReason(error)).toThrow(error);
});

describe('controls of a task', () => {
  let dir: string;
  let store: Store;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'assay-proofs-'));
    store = await openStore(dir);
  });
  afterAll(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('are made of the reference solution, and one that cannot be made stops no other', async () => {
    const base = await treeOf(store, { 'a.txt': 'one\n' });
    const tree = await treeOf(store, { 'a.txt': 'two\n' }, base);
    const oracle: Candidate = {
      ...{ tree, base, artifacts: null, state: null },
      diff: (await store.diff(base, tree)).stat,
    };
    const patch = (from: string, to: string) =>
      Buffer.from(`--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-${from}\n+${to}\n`);
    const controls = [
      { name: 'stale', patch: patch('one', 'x'), breaks: ['a'] },
      { name: 'back', patch: patch('two', 'one'), breaks: ['a', 'b'] },
    ];
    const task = { spec: testSpec, dir };
    const { made, faults } = await ownControls([tests, scorer('spec', controls)], task, oracle, store);
    expect(made.map(({ name, breaks, scorer: by }) => [name, breaks, by.name])).toEqual([
      ['back', ['a', 'b'], 'spec'],
    ]);
    // Held against the base: this one takes everything back.
    expect(made[0]?.candidate).toMatchObject({ tree: base, base, diff: { files: 0, lines: 0 } });
    expect(faults).toEqual([
      expect.stringMatching(/^control stale cannot be made: the patch does not apply.*\(fix: make its patch/),
    ]);
  });
});
