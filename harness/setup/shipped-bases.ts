import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SUITES = fileURLToPath(new URL('../../suites/', import.meta.url));

/** The base images that the shipped suites start from, sorted, each once. */
export async function shippedBases(suites: string = SUITES): Promise<string[]> {
  const bases = new Set<string>();
  for await (const file of glob('*/tasks/*/environment/Dockerfile', { cwd: suites })) {
    for (const base of dockerfileBases(await readFile(join(suites, file), 'utf8'))) bases.add(base);
  }
  return [...bases].sort();
}

/** The images that a Dockerfile takes from outside: neither its own stages, nor `scratch`, nor names with variables. */
export function dockerfileBases(dockerfile: string): string[] {
  const stages = new Set<string>(['scratch']);
  const bases = new Set<string>();
  for (const line of dockerfile.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const match = /^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$/i.exec(line);
    const [, image, stage] = match ?? [];
    if (image !== undefined && !stages.has(image.toLowerCase()) && !image.includes('$')) bases.add(image);
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return [...bases];
}
