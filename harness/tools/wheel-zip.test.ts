import { strToU8, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { wheelFiles } from './wheel-zip.ts';

async function unpack(archive: Uint8Array, keep: (path: string) => boolean = () => true) {
  const files: Record<string, string> = {};
  for await (const batch of wheelFiles('a-1-py3-none-any.whl', archive, keep)) {
    for (const { path, content } of batch) files[path] = Buffer.from(content).toString('latin1');
  }
  return files;
}

function zip(files: Record<string, string>) {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}

it('puts the parts of a wheel in their places', async () => {
  const archive = zip({
    'a/__init__.py': '1',
    'a-1.data/purelib/b.py': '2',
    'a-1.data/platlib/c/d.so': '3',
    'a-1.data/scripts/tool': '#!python',
    'a-1.data/data/share/man': '4',
    'a-1.data/headers/a.h': '5',
    'a-1.dist-info/METADATA': 'Name: a',
  });
  expect(await unpack(archive)).toEqual({
    'a/__init__.py': '1',
    'b.py': '2',
    'c/d.so': '3',
    'bin/tool': '#!python',
    'share/man': '4',
    'a-1.dist-info/METADATA': 'Name: a',
  });
  expect(await unpack(archive, (path) => path.startsWith('c/'))).toEqual({ 'c/d.so': '3' });
});

it('unpacks what is stored, what is deflated and what is large', async () => {
  const large = 'x'.repeat(3_000_000);
  const files: Zippable = {
    stored: [strToU8('s'), { level: 0 }],
    empty: new Uint8Array(),
    large: strToU8(large),
  };
  expect(await unpack(zipSync(files))).toEqual({ stored: 's', empty: '', large });
});

describe('refuses', () => {
  it.each([
    '../evil.py',
    'a/../../evil.py',
    '/etc/evil',
    'a//b',
    './a',
    'a\\..\\evil',
    'C:evil',
    'a\u0000b',
    'a-1.data/scripts/../../evil',
    `${'d/'.repeat(600)}x`,
  ])('the path %j', async (name) => {
    await expect(unpack(zip({ [name]: 'x' }))).rejects.toThrow('is not allowed');
  });

  it('the same place twice', async () => {
    const archive = zip({ 'b.py': '1', 'a-1.data/purelib/b.py': '2' });
    await expect(unpack(archive)).rejects.toThrow('"b.py" twice');
  });

  it('what is no archive, and what is cut off', async () => {
    await expect(unpack(strToU8('not a zip'))).rejects.toThrow('cannot be unpacked');
    const archive = zip({ 'a.py': 'text '.repeat(1000) });
    await expect(unpack(archive.subarray(0, archive.length - 30))).rejects.toThrow('cannot be unpacked');
  });

  it('more entries than any package has', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`f${index}`, '']));
    await expect(unpack(zip(many))).rejects.toThrow('more than 20000 entries');
  });

  it('more bytes than it says that it holds, without unpacking them', async () => {
    const archive = zip({ 'a.py': 'x'.repeat(100_000) });
    lie(archive, 10);
    // Nothing beyond what was announced is read: memory is bounded by what the bounds have let pass.
    expect(await unpack(archive)).toEqual({ 'a.py': 'x'.repeat(10) });
    lie(archive, 2 ** 31);
    await expect(unpack(archive)).rejects.toThrow('bytes unpacked');
  });
});

/** Writes another unpacked size into the only entry of the central directory. */
function lie(archive: Uint8Array, size: number) {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  for (let at = 0; at + 4 < archive.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, size, true);
  }
}
