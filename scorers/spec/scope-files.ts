import { isUtf8 } from 'node:buffer';

/** Names that package managers and compilers write, whatever their folder; lower case. */
const lockFiles = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'pylock.toml',
  'pipfile.lock',
  'cargo.lock',
  'go.sum',
  'gemfile.lock',
  'composer.lock',
  'mix.lock',
  'pubspec.lock',
  'podfile.lock',
  'packages.lock.json',
  'gradle.lockfile',
  'flake.lock',
]);
const outputFolders = new Set(['dist', 'build', 'out', 'node_modules', '__pycache__', 'coverage']);
const generatedName =
  /\.min\.(?:js|mjs|cjs|css)$|\.map$|_pb2(?:_grpc)?\.pyi?$|\.pb\.(?:go|cc|h)$|\.generated\.|\.g\.(?:cs|dart)$|\.bundle\.js$/;

/** Whether a path is one that tools write: a lock file, a folder of build output, a name that says so. */
export function isGeneratedPath(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  const name = parts.at(-1) ?? '';
  return (
    lockFiles.has(name) ||
    generatedName.test(name) ||
    parts.slice(0, -1).some((part) => outputFolders.has(part))
  );
}

/** Where a marker is looked for, and what is minified: more than so many bytes in lines of so many on average. */
const markerLines = 15;
const markerBytes = 4096;
const minified = { bytes: 5 * 1024, average: 500 };

/** Whether content says in its first lines that it is generated, or is minified. */
export function isGeneratedContent(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const start = bytes.subarray(0, markerBytes).toString('latin1').split('\n', markerLines).join('\n');
  if (/@generated\b|\bdo not edit\b/i.test(start)) return true;
  if (bytes.length <= minified.bytes || isBinary(bytes)) return false;
  return bytes.length / lineCount(bytes) > minified.average;
}

/** As git decides it, and further whatever is not UTF-8. */
export function isBinary(content: Uint8Array): boolean {
  return content.subarray(0, 8000).includes(0) || !isUtf8(content);
}

/** Line ends that git does not count as such, and languages do: a carriage return without a line feed. */
export function loneReturns(content: Uint8Array): number {
  let count = 0;
  for (let at = content.indexOf(13); at >= 0; at = content.indexOf(13, at + 1))
    if (content[at + 1] !== 10) count += 1;
  return count;
}

/** Lines, an unfinished last one included. */
export function lineCount(content: Uint8Array): number {
  let lines = 0;
  let at = -1;
  for (;;) {
    at = content.indexOf(10, at + 1);
    if (at < 0) break;
    lines += 1;
  }
  return content.length > 0 && content[content.length - 1] !== 10 ? lines + 1 : lines;
}
