import { createLogUpdate } from 'log-update';
import { paintFor } from './paint.ts';
import type { Progress, ProgressOptions } from './progress.ts';
import { liveLines, type Notice, noticeLine } from './progress-lines.ts';
import { mostNotices } from './progress-log.ts';
import type { ProgressState } from './progress-state.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
/** Ten frames a second are as much as an eye can use. */
const frameMs = 100;
/** With nothing new, only the elapsed seconds change. */
const idleFrameMs = 1000;

/** A region at the bottom of a terminal that is redrawn in place; notices scroll away above it. */
export function liveView({ stream, columns, now, record }: ProgressOptions, state: ProgressState): Progress {
  const paint = paintFor(stream);
  // log-update would hide the cursor of the process's own standard error, whatever the stream.
  const update = createLogUpdate(stream as NodeJS.WriteStream, { showCursor: true, defaultWidth: columns });
  let drawnAt = Number.NEGATIVE_INFINITY;
  let dirty = true;
  let notices = 0;

  const draw = () => {
    drawnAt = now();
    dirty = false;
    // One column less: some terminals wrap a line that fills the last one.
    const width = Math.max(20, (stream.columns ?? columns) - 1);
    update(liveLines(state, drawnAt, width, paint).join('\n'));
  };
  const tick = () => {
    if (now() - drawnAt >= (dirty ? frameMs : idleFrameMs)) draw();
  };
  const scroll = (notice: Notice) => {
    notices += 1;
    if (notices > mostNotices) return;
    update.persist(paint('dim', noticeLine(notice)));
    // The region went away with it.
    drawnAt = Number.NEGATIVE_INFINITY;
  };
  const restore = () => {
    stream.write(showCursor);
  };

  stream.write(hideCursor);
  // Also when an exception ends the process: nobody may be left without a cursor.
  process.once('exit', restore);
  record.notices.forEach(scroll);
  const timer = setInterval(tick, frameMs);
  timer.unref();
  return {
    on(event) {
      dirty = true;
      if (event.type === 'notice') scroll(event);
      tick();
    },
    stop() {
      clearInterval(timer);
      process.removeListener('exit', restore);
      update.clear();
      update.done();
      restore();
    },
  };
}
