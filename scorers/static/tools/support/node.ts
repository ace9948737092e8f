import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayerEntry } from '../../../../harness/sandbox/layer.ts';
import { staticDir, ToolFailure, type ToolInput } from '../../tool.ts';

/** Root of a mounted package. Throws `ToolFailure` where it is not mounted. */
export function packageRoot(input: ToolInput<unknown>, name: string): string {
  const root = input.packages.get(name);
  if (root === undefined) throw new ToolFailure(`the package ${name} is not mounted`);
  return root;
}

/** The mounted Node, never the image's. */
export function nodeOf(input: ToolInput<unknown>): string {
  return `${packageRoot(input, 'node')}/bin/node`;
}

/** A program of ours that runs in the container, as it lies in `assets/`. */
export function readAsset(name: string): string {
  return readFileSync(join(import.meta.dirname, '..', 'assets', name), 'utf8');
}

/** A root-owned file beside a tool's other ones. */
export function toolFile(tool: string, name: string, content: string | Uint8Array): LayerEntry {
  return { path: `${staticDir(tool)}/${name}`, type: 'file', content };
}

/** The environment in which a tool writes plain text and looks at nothing in a home folder. */
export const plainEnv: Readonly<Record<string, string>> = {
  HOME: '/tmp',
  NO_COLOR: '1',
  CI: '1',
  // What an image sets for its own programs must not load code into ours.
  NODE_OPTIONS: '',
  NODE_PATH: '',
};
