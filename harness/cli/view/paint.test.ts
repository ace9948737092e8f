import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { paintFor } from './paint.ts';

function stream(isTTY: boolean) {
  // What a real terminal's stream has beside `isTTY`; NO_COLOR is honoured in it.
  const { getColorDepth } = WriteStream.prototype;
  return Object.assign(new PassThrough(), { isTTY, getColorDepth });
}

describe('paintFor', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const without = () => {
    for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS', 'CI', 'TMUX'])
      vi.stubEnv(name, undefined);
  };

  it('colours on a terminal and nowhere else', () => {
    without();
    vi.stubEnv('TERM', 'xterm-256color');
    expect(paintFor(stream(true))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(paintFor(stream(true))(['bold', 'red'], 'x')).toBe('\u001b[1m\u001b[31mx\u001b[39m\u001b[22m');
    expect(paintFor(stream(false))('red', 'x')).toBe('x');
    expect(paintFor(stream(true))('red', '')).toBe('');
  });

  it('colours everywhere when FORCE_COLOR says so, and nowhere when it says 0', () => {
    without();
    vi.stubEnv('FORCE_COLOR', '1');
    expect(paintFor(stream(false))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    vi.stubEnv('FORCE_COLOR', '0');
    expect(paintFor(stream(true))('red', 'x')).toBe('x');
  });

  it('honours NO_COLOR on a terminal', () => {
    without();
    vi.stubEnv('NO_COLOR', '1');
    expect(paintFor(stream(true))('red', 'x')).toBe('x');
  });
});
