import { readFileSync } from 'node:fs';

/** The package's own version, from the manifest two folders up: in a checkout and in what is published. */
export const version: string = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error('package.json of assay names no version: the installation is not whole');
}
