import { describe, expect, it } from 'vitest';
import { parseApartLimits, parseDocumentApart } from './parse-apart.ts';

const apart = { ...parseApartLimits, inlineUnits: 0 };

describe('documents read in a process of their own', () => {
  it.each<['yaml' | 'toml', string, unknown]>([
    ['yaml', 'a: {b: [1, x]}\n', { a: { b: [1, 'x'] } }],
    ['toml', 'a.b = [1, "x"]\n', { a: { b: [1, 'x'] } }],
  ])('%s are the same as here', async (format, text, value) => {
    expect(await parseDocumentApart(format, text)).toEqual({ ok: true, value });
    expect(await parseDocumentApart(format, text, apart)).toEqual({ ok: true, value });
  });

  it('say what is wrong with them', async () => {
    expect(await parseDocumentApart('toml', 'a = ', apart)).toMatchObject({ ok: false });
    expect(await parseDocumentApart('yaml', 'a: [', apart)).toMatchObject({ ok: false });
    const bomb = Array.from(
      { length: 30 },
      (_, index) => `k${index}: &a${index} [*a${Math.max(0, index - 1)}, *a${Math.max(0, index - 1)}]`,
    );
    expect(await parseDocumentApart('yaml', bomb.join('\n').replace('[*a0, *a0]', 'x'), apart)).toMatchObject(
      { ok: false },
    );
  });

  it('are given up where they take too long or too much', async () => {
    const large = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join('');
    expect(await parseDocumentApart('yaml', large, { ...apart, timeMs: 50 })).toEqual({
      ok: false,
      reason: 'it takes longer than 0.05 seconds to read',
    });
    expect(await parseDocumentApart('yaml', large, { ...apart, heapMiB: 24 })).toEqual({
      ok: false,
      reason: 'it takes too much memory to read',
    });
    expect(await parseDocumentApart('json', ' '.repeat(33 * 1024 ** 2))).toEqual({
      ok: false,
      reason: 'it is larger than 32 MiB',
    });
  });
});
