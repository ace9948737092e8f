/**
 * Makes `dist/`, the package that is published (`npm publish ./dist`): JavaScript with types, the data files that the
 * code reads, the shipped suites, and a manifest without what only a checkout needs.
 */
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const data = '{harness,candidates,scorers,reports}/**/*.{json,mjs,cjs,d.mts,sh,py,ini,yml,yaml}';
for (const file of globSync(data, { cwd: root, exclude: ['**/fixtures/**'] })) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(root, file), join(dist, file));
}
for (const name of ['suites', 'README.md', 'LICENSE']) {
  cpSync(join(root, name), join(dist, name), { recursive: true });
}
chmodSync(join(dist, 'harness/cli/bin.js'), 0o755);

// A checkout brings its own Node and its tools; whoever installs the package has Node already.
const {
  scripts: _s,
  devDependencies: _d,
  optionalDependencies: _o,
  private: _p,
  ...manifest
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
manifest.bin.assay = manifest.bin.assay.replace(/\.ts$/, '.js');
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

// What was built must start, from its own files alone.
await execa(process.execPath, [join(dist, manifest.bin.assay), '--help'], { cwd: dist });
