// Loaded before a tool that reads its configuration by running it: code of the workspace is run only where it is
// configuration that the base has, or a package of the image. `replaced` and `edited` are modules of the tool itself.
import { readFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const { workdir, allowed, replaced, edited } = JSON.parse(
  readFileSync(new URL('guard.json', import.meta.url), 'utf8'),
);
const root = `${realpathSync(workdir)}/`;
const mayRun = new Set(allowed);
const untouched = new Set([...Object.keys(replaced), ...Object.keys(edited)]);

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:')) return nextLoad(url, context);
    const path = fileURLToPath(url.replace(/[?#].*$/s, ''));
    untouched.delete(path);
    const other = replaced[path];
    if (other !== undefined)
      return { format: 'module', source: readFileSync(new URL(other, import.meta.url)), shortCircuit: true };
    if (edited[path] !== undefined) return { ...nextLoad(url, context), source: edit(path) };
    if (!path.startsWith(root)) return nextLoad(url, context);
    const inside = path.slice(root.length);
    if (inside.split('/').includes('node_modules') || mayRun.has(inside)) return nextLoad(url, context);
    throw new Error(
      `${inside} is loaded by the configuration, but a candidate may change it: name it under \`configuration\``,
    );
  },
});

function edit(path) {
  const { from, to } = edited[path];
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} is not the version that is known here`);
  return text.replaceAll(from, to);
}

// What is not loaded under the name that is known here may have run under another.
process.on('exit', () => {
  if (untouched.size === 0) return;
  console.error(`${[...untouched].join(', ')} was not loaded: this version is not known here`);
  process.exitCode = 70;
});
