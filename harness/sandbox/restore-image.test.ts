import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deletionScript } from './restore-image.ts';

it('deletes what it names, whatever the names, and itself', () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-delete-'));
  try {
    const names = ["it's $(x)", '-rf', 'line\nbreak', 'folder'];
    for (const name of names) {
      if (name === 'folder') mkdirSync(join(root, name, 'inner'), { recursive: true });
      else writeFileSync(join(root, name), '');
    }
    writeFileSync(join(root, 'stays'), '');
    writeFileSync(join(root, 'script'), deletionScript(names.map((name) => join(root, name))));
    execFileSync('/bin/sh', [join(root, 'script')]);
    expect(readdirSync(root)).toEqual(['stays']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  expect(existsSync(root)).toBe(false);
});

it('deletes what rm may need last, in one command', () => {
  const many = Array.from({ length: 3000 }, (_, n) => `/srv/a/long/enough/name/${n}`);
  const script = deletionScript(['/bin/rm', '/usr/lib/x86_64-linux-gnu/libc.so.6', '/binary', ...many]);
  const lines = script.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.at(-1)).toBe(`exec rm -rf -- '/bin/rm' '/usr/lib/x86_64-linux-gnu/libc.so.6' "$0"`);
  expect(lines.slice(0, -1).join('\n')).toContain("'/binary'");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40_000);
});

it.each(['/', '', 'etc', '/a/../b', '/a//b', '/a/', '/./a', '/a\0b'])('refuses %j', (path) => {
  expect(() => deletionScript([path])).toThrow(TypeError);
});
