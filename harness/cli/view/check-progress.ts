import { createLogUpdate } from 'log-update';
import { visible } from '../../../reports/escape.ts';
import type { RunEvent } from '../../domain/event.ts';
import { type CheckWatch, isSound } from '../../run/check.ts';
import { clip } from './grid.ts';

export interface CheckProgress extends CheckWatch {
  event(event: RunEvent): void;
  note(task: string | null, text: string): void;
  stop(): void;
}

/** Without a terminal, a line for every so many mutants is enough. */
const mutantsPerLine = 10;
const reasonLength = 160;

/** How a check goes: one line that is redrawn on a terminal, bounded plain lines elsewhere. */
export function checkProgress(stream: NodeJS.WriteStream, tasks: number): CheckProgress {
  const live = stream.isTTY ? createLogUpdate(stream) : null;
  const under = new Map<string, string>();
  let done = 0;
  // A terminal that was closed must not end the check.
  stream.on('error', () => undefined);

  const say = (line: string) => {
    if (live === null) stream.write(`${line}\n`);
    else live.persist(line);
  };
  const draw = () => {
    const running = [...under].map(([task, words]) => `${visible(task)} ${words}`);
    live?.(clip(`[${done}/${tasks}] ${running.join(' · ')}`, Math.max(20, (stream.columns ?? 80) - 1)));
  };
  return {
    event(event) {
      if (event.type === 'task.prepared') under.set(event.task, 'controls');
      else if (event.type === 'task.failed')
        say(`${visible(event.task)}: could not be prepared: ${visible(event.reason, reasonLength)}`);
      else if (event.type === 'notice') say(`note: ${visible(event.text, reasonLength)}`);
      draw();
    },
    mutant(task, count, total) {
      under.set(task, `mutant ${count} of ${total}`);
      if (live === null && count % mutantsPerLine === 0)
        say(`${visible(task)}: ${count} of ${total} mutants`);
      draw();
    },
    task(check) {
      under.delete(check.task);
      done += 1;
      say(`[${done}/${tasks}] ${visible(check.task)}: ${isSound(check) ? 'sound' : 'not sound'}`);
      draw();
    },
    note: (task, text) =>
      say(`note: ${task === null ? '' : `${visible(task)}: `}${visible(text, reasonLength)}`),
    stop() {
      live?.clear();
      live?.done();
    },
  };
}
