import { Readable } from 'node:stream';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { readDriverOutputs } from './outputs.ts';

type Member = { name: string; content?: string; type?: 'symlink' | 'link' | 'fifo' | 'directory' };

function archive(members: readonly Member[]): Readable {
  const tar = pack();
  for (const { name, content = '', type } of members) {
    if (type === undefined) tar.entry({ name: `verifier/${name}` }, content);
    else tar.entry({ name: `verifier/${name}`, type, linkname: '/etc/passwd' });
  }
  tar.finalize();
  return Readable.from(tar);
}

const read = (members: readonly Member[], max = 100) => readDriverOutputs(archive(members), 'nonce', max);

describe('what the driver left', () => {
  it('is what regular files of its folder hold, and nothing else', async () => {
    const { files, problem } = await read([
      { name: 'nonce', type: 'directory' },
      { name: 'nonce/failed', content: 'why' },
      { name: 'nonce/0000/stdout', content: 'out' },
      { name: 'nonce/0000/deep/er', content: 'x' },
      { name: 'nonce/0000/code', type: 'symlink' },
      { name: 'nonce/0000/kinds', type: 'link' },
      { name: 'nonce/0000/stderr', type: 'fifo' },
      { name: 'nonce/0001/stdout', content: 'x'.repeat(101) },
      { name: 'other/0000/done', content: '' },
    ]);
    expect(problem).toBeNull();
    expect([...files].map(([path, content]) => [path, String(content)])).toEqual([
      ['failed', 'why'],
      ['0000/stdout', 'out'],
    ]);
  });

  it('is refused where it is too much, or no archive', async () => {
    const many = Array.from({ length: 50_001 }, (_, index) => ({ name: `x${index}` }));
    expect((await read(many)).problem).toBe('the log folder holds more than 50000 files');
    expect((await readDriverOutputs(null, 'nonce', 1)).problem).toBe('the log folder is gone');
    const cut = Readable.from([Buffer.alloc(700, 1)]);
    expect((await readDriverOutputs(cut, 'nonce', 1)).problem).toMatch(/^the log folder cannot be read: /);
  });

  it('never throws, whatever bytes there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        const { files } = await readDriverOutputs(Readable.from([Buffer.from(bytes)]), 'nonce', 100);
        expect(files.size).toBe(0);
      }),
    );
  });
});
