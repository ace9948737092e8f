/** Makes `dist/`, what is published: JavaScript with types, and the data files that the code reads. */
import { chmodSync, cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';

const root = resolve(import.meta.dirname, '../..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
await execa('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  preferLocal: true,
  localDir: root,
  stdio: 'inherit',
});
for (const file of globSync('{harness,candidates,scorers,reports}/**/*.{json,mjs,d.mts,sh}', { cwd: root })) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(root, file), join(dist, file));
}
chmodSync(join(dist, 'harness/cli/bin.js'), 0o755);
