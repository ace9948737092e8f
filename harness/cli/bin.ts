#!/usr/bin/env node
const oldestNode = 24;

// Looked at before anything else is loaded: on an older Node the rest would fail with a riddle.
if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  process.stderr.write(
    `assay needs Node ${oldestNode} or newer; this is ${process.version} (https://nodejs.org).\n`,
  );
  process.exitCode = 3;
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
