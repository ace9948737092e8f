import { describe, expect, it } from 'vitest';
import type { Scorer } from '../../scorers/scorer.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import { sha256 } from '../domain/digest.ts';
import type { Verdict } from '../domain/verdict.ts';
import { asker } from './ask.ts';
import type { ScoreJob } from './score.ts';

const candidate: Candidate = {
  tree: sha256('tree'),
  base: sha256('base'),
  diff: { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 },
  artifacts: null,
  state: null,
};

function scorer(name: string, needs: string[] = []): Scorer {
  return {
    ...{ name, version: '1', config: sha256(name), needs },
    score: () => Promise.reject(new Error('scored by hand')),
  };
}

function verdict(by: string): Verdict {
  return {
    ...{ scorer: by, version: '1', outcome: 'pass', reason: '', score: null },
    ...{ checks: [], checksTotal: 0, measures: {}, evidence: [], confirmed: false },
  };
}

const calibration: Calibration = {
  ...{ digest: sha256('calibration'), words: '', quarantined: [], checks: null, settled: true },
};
const tests = scorer('tests');
const spec = scorer('spec', ['tests', 'absent']);
const other = scorer('static');

function asking() {
  const jobs: ScoreJob[] = [];
  const score = async (job: ScoreJob) => {
    jobs.push(job);
    return verdict(job.scorer.name);
  };
  const ask = asker(candidate, [spec, other, tests], new Map([['tests', calibration]]), score);
  return { ask, jobs, names: () => jobs.map((job) => job.scorer.name) };
}

describe('asking about a candidate', () => {
  it('asks those that are needed first, and nobody else', async () => {
    const { ask, jobs, names } = asking();
    expect(await ask(spec)).toEqual(verdict('spec'));
    expect(names()).toEqual(['tests', 'spec']);
    expect([...(jobs[1]?.needed ?? [])]).toEqual([['tests', verdict('tests')]]);
    expect(jobs.map((job) => job.calibration)).toEqual([calibration, null]);
    expect(jobs.every((job) => job.candidate === candidate)).toBe(true);
  });

  it('asks each once, however often and in whatever order it is wanted', async () => {
    const { ask, names } = asking();
    await Promise.all([ask(tests), ask(spec), ask(spec), ask(other)]);
    await ask(tests);
    expect(names().toSorted()).toEqual(['spec', 'static', 'tests']);
  });

  it('fails where what is needed does, without asking on', async () => {
    const asked: string[] = [];
    const ask = asker(candidate, [spec, tests], new Map(), async ({ scorer: { name } }) => {
      asked.push(name);
      throw new Error(`${name} broke`);
    });
    await expect(ask(spec)).rejects.toThrow('tests broke');
    expect(asked).toEqual(['tests']);
  });
});
