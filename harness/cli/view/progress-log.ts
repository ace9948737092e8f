import type { Progress, ProgressOptions } from './progress.ts';
import { eventLine, type Notice, noticeLine, startLine, totalsLine } from './progress-lines.ts';
import type { ProgressEvent, ProgressState } from './progress-state.ts';

/** Up to here a log gets a line per event. */
const mostTrialsInFull = 200;
const totalsEveryMs = 2000;
/** All of them are in the report. */
export const mostNotices = 20;

/** Plain lines for a log: one per event of a small run, totals now and then of a large one. */
export function logView({ stream, now, record }: ProgressOptions, state: ProgressState): Progress {
  let saidAt = Number.NEGATIVE_INFINITY;
  let unsaid = false;
  let notices = 0;
  const say = (line: string) => {
    stream.write(`${line}\n`);
  };
  const sayTotals = () => {
    saidAt = now();
    unsaid = false;
    say(totalsLine(state, saidAt));
  };
  const sayNotice = (notice: Notice) => {
    notices += 1;
    if (notices <= mostNotices) say(noticeLine(notice));
  };

  say(startLine(record));
  record.notices.forEach(sayNotice);
  if (state.settled.size > 0) say(`resumed: ${totalsLine(state, now())}`);
  return {
    on(event) {
      if (event.type === 'notice') {
        sayNotice(event);
      } else if (state.planned > mostTrialsInFull && isFrequent(event)) {
        unsaid = true;
        if (now() - saidAt >= totalsEveryMs) sayTotals();
      } else {
        const line = eventLine(state, event);
        if (line !== null) say(line);
      }
    },
    stop() {
      if (unsaid) sayTotals();
    },
  };
}

/** Comes once per trial, or more often. */
function isFrequent({ type }: ProgressEvent): boolean {
  return (
    type === 'trial.started' ||
    type === 'trial.finished' ||
    type === 'verdict.recorded' ||
    type === 'activity'
  );
}
