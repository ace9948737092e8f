import { expect, it } from 'vitest';
import { undumpArchitectures, undumpLibrary } from './undump.ts';

it.each(undumpArchitectures)(
  'is a library of one page for %s whose initialiser lies in its executable half',
  (architecture) => {
    const bytes = Buffer.from(undumpLibrary(architecture));
    expect(bytes.length).toBeLessThan(4096);
    const segments = [0, 1, 2, 3].map((index) => {
      const start = 64 + index * 56;
      const [offset, address, size] = [8, 16, 32].map((at) => Number(bytes.readBigUInt64LE(start + at)));
      return { type: bytes.readUInt32LE(start), flags: bytes.readUInt32LE(start + 4), offset, address, size };
    });
    const executable = segments.find(({ type, flags }) => type === 1 && flags === 5);
    const dynamic = segments.find(({ type }) => type === 2);
    // Nothing is writable and executable at once.
    expect(segments.every(({ flags }) => (flags & 3) !== 3)).toBe(true);
    // Its first tag is DT_INIT.
    expect(bytes.readBigUInt64LE(dynamic?.offset ?? 0)).toBe(12n);
    const start = Number(bytes.readBigUInt64LE((dynamic?.offset ?? 0) + 8)) - (executable?.address ?? 0);
    const code = bytes.subarray(start);
    // The number of prctl(2) goes into the register of system calls, and PR_SET_DUMPABLE into that of the first argument.
    if (architecture === 'x64') expect([code.readUInt32LE(1), code.readUInt32LE(6)]).toEqual([157, 4]);
    else
      expect([code.readUInt32LE(0), code.readUInt32LE(4)].map((word) => (word >>> 5) & 0xffff)).toEqual([
        167, 4,
      ]);
  },
);
