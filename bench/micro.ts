import { Bench } from 'tinybench';
import { eliminate } from '../harness/decide/eliminate.ts';
import { digestOf, sha256 } from '../harness/domain/digest.ts';
import { defaultPolicy } from '../harness/domain/policy.ts';

/** The pure parts that a big run calls often: ranking and canonical digests. */
export async function microBench(): Promise<string[]> {
  const contenders = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      candidate: sha256(String(index)),
      measures: new Map([
        ['tests.score', 1],
        ['tests.passed', 40 + (index % 3)],
        ['diff.lines', 10 + ((index * 7919) % 200)],
        ['diff.files', 1 + (index % 4)],
      ]),
    }));
  const bench = new Bench({ time: 500 });
  for (const count of [8, 31, 1000]) {
    const pool = contenders(count);
    bench.add(`rank ${count} candidates`, () => {
      Array.from(eliminate(pool, defaultPolicy.order));
    });
  }
  const event = {
    seq: 1,
    time: '2026-01-01T00:00:00.000Z',
    prev: sha256(''),
    event: { type: 'notice', task: null, text: 'x'.repeat(1000) },
  };
  bench.add('digest of a journal entry of 1 kB', () => {
    digestOf(event);
  });
  await bench.run();
  return bench.tasks.map((task) => {
    const { result } = task;
    if (result.state !== 'completed') throw new Error(`${task.name} did not complete`);
    return `${task.name}: ${(result.latency.mean * 1000).toFixed(1)} µs ± ${result.latency.rme.toFixed(1)} %`;
  });
}
