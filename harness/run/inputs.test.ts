import { describe, expect, it } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import { AssayError } from '../domain/errors.ts';
import type { RunInputs } from '../domain/event.ts';
import { defaultPolicy } from '../domain/policy.ts';
import { requireSameInputs } from './inputs.ts';

const inputs: RunInputs = {
  suite: { name: 's', version: '1.0.0' },
  tasks: [
    { id: 'a', digest: sha256('a') },
    { id: 'b', digest: sha256('b') },
  ],
  agents: [{ name: 'x', adapter: 'nop', identity: sha256('x') }],
  attempts: 1,
  scorers: [{ name: 'tests', version: '1', config: sha256('') }],
  policy: defaultPolicy,
  network: 'none',
  sandbox: {},
  ignore: [],
};

function problems(now: RunInputs): Record<string, string> {
  try {
    requireSameInputs(inputs, now, 'run-1');
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return Object.fromEntries(error.problems.map((problem) => [problem.field ?? '', problem.message]));
  }
  return {};
}

describe('requireSameInputs', () => {
  it('lets equal inputs pass', () => {
    expect(problems(structuredClone(inputs))).toEqual({});
  });

  it('names what differs, and how', () => {
    expect(
      problems({
        ...inputs,
        tasks: [
          { id: 'b', digest: sha256('other') },
          { id: 'c', digest: sha256('c') },
        ],
        attempts: 2,
      }),
    ).toEqual({ tasks: 'changed: b; added: c; removed: a', attempts: 'changed since the run began' });
  });

  it.each([
    ['policy', { policy: { ...defaultPolicy, gates: [] } }],
    ['scorers', { scorers: [{ name: 'tests', version: '2', config: sha256('') }] }],
    ['network', { network: 'task' as const }],
    ['sandbox', { sandbox: { pids: 8 } }],
    ['agents', { agents: [{ name: 'x', adapter: 'nop', identity: sha256('y') }] }],
    ['suite', { suite: { name: 's', version: '1.0.1' } }],
    ['ignore', { ignore: ['*.log'] }],
  ])('sees a changed %s', (field, change) => {
    expect(Object.keys(problems({ ...inputs, ...change }))).toEqual([field]);
  });
});
