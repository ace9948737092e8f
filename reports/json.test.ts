import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../harness/domain/digest.ts';
import { decisionJson, renderJson } from './json.ts';
import { ReportJson, reportJsonSchema } from './json-schema.ts';
import { testRecord } from './testing.ts';

const schemaFile = new URL('./report.schema.json', import.meta.url);

describe('report.json', () => {
  const record = testRecord({
    tasks: {
      b: [
        { agent: 'small', lines: 3 },
        { agent: 'big', lines: 30, passed: 4 },
      ],
      a: [{ agent: 'small', tree: null, reason: 'does not apply' }],
    },
    notices: [{ task: null, text: 'hello' }],
  });

  it('is what its schema says', () => {
    const report = ReportJson.parse(JSON.parse(renderJson(record)));
    expect(report).toMatchObject({
      schemaVersion: 1,
      run: 'run-1',
      suite: { name: 'quickstart', version: '1.0.0' },
      state: 'finished',
      exitCode: 1,
      decisionDigest: record.finished?.decisionDigest,
      inputsDigest: record.started.inputsDigest,
      journalHead: record.head,
      trialsPlanned: 3,
      trialsDone: 3,
      notices: [{ task: null, text: 'hello' }],
    });
    expect(report.tasks.map((task) => [task.task, task.winner?.agent, task.ranking.length])).toEqual([
      ['a', undefined, 1],
      ['b', 'small', 2],
    ]);
    expect(report.tasks[1]?.ranking[1]).toMatchObject({
      agent: 'big',
      standing: 'fail',
      outcome: 'delivered',
      diff: { lines: 30 },
      verdicts: [{ scorer: 'tests', outcome: 'fail', score: 0.8 }],
    });
    expect(report.trials.map((trial) => trial.id)).toEqual(['a/small/1', 'b/big/1', 'b/small/1']);
    expect(report.verdicts).toHaveLength(2);
    expect(report.agents.map((agent) => agent.name)).toEqual(['big', 'small']);
  });

  it('says that an unfinished run has no decision', () => {
    const open = testRecord({ tasks: { a: [{ agent: 'x', pending: true }] } });
    const report = ReportJson.parse(JSON.parse(renderJson(open)));
    expect(report).toMatchObject({
      state: 'unfinished',
      decisionDigest: null,
      exitCode: null,
      trialsDone: 0,
    });
    expect(report.tasks[0]).toMatchObject({ decided: false, winner: null, ranking: [] });
    expect(report.trials[0]).toMatchObject({ id: 'a/x/1', result: null });
  });

  // To write the file again after a change: ASSAY_WRITE_SCHEMA=1 npx vitest run reports/json.test.ts
  it('has its JSON Schema committed beside it', async () => {
    if (process.env.ASSAY_WRITE_SCHEMA)
      await writeFile(schemaFile, `${JSON.stringify(reportJsonSchema(), null, 2)}\n`);
    expect(JSON.parse(await readFile(schemaFile, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(reportJsonSchema())),
    );
  });
});

describe('decisionJson', () => {
  it('is exactly what the command line prints', () => {
    const record = testRecord({
      tasks: {
        t: [
          { agent: 'small', tree: 'same', lines: 3, total: 2 },
          { agent: 'twin', tree: 'same', lines: 3, total: 2 },
          { agent: 'none', tree: null },
        ],
      },
    });
    const candidate = sha256('tree t same');
    const verdicts = [{ scorer: 'tests', outcome: 'pass', score: 1 }];
    expect(decisionJson(record)).toEqual({
      run: 'run-1',
      suite: 'quickstart',
      decisionDigest: record.finished?.decisionDigest,
      tasks: [
        {
          task: 't',
          winner: { candidate, agent: 'small', attempt: 1 },
          reason: 'the only candidate that passed every gate',
          gate: { proven: true, reason: 'the base is refused and the reference solution passes' },
          ranking: [
            { rank: 1, candidate, agent: 'small', attempt: 1, verdicts },
            { rank: 1, candidate, agent: 'twin', attempt: 1, verdicts },
            { rank: null, candidate: null, agent: 'none', attempt: 1, verdicts: [] },
          ],
        },
      ],
    });
  });

  it('has every task also when the run is unfinished', () => {
    const decision = decisionJson(
      testRecord({ tasks: { b: [{ agent: 'x', pending: true }], a: [{ agent: 'x' }] } }),
    );
    expect(decision.decisionDigest).toBeNull();
    expect(decision.tasks.map((task) => [task.task, task.winner?.agent ?? null, task.reason])).toEqual([
      ['a', 'x', 'the only candidate that passed every gate'],
      ['b', null, 'not decided: the run is not finished'],
    ]);
  });
});
