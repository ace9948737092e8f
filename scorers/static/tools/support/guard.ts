import type { LayerEntry } from '../../../../harness/sandbox/layer.ts';
import { pathFilter } from '../../../path-filter.ts';
import { staticDir, type ToolInput } from '../../tool.ts';
import { readAsset, toolFile } from './node.ts';

interface GuardChanges {
  replaced?: Readonly<Record<string, string>>;
  edited?: Readonly<Record<string, { from: string; to: string }>>;
}

/**
 * Files and arguments that keep a Node program from running code of the workspace other than the base's configuration
 * (by the tool's globs) and what lies below `node_modules`, where no candidate's file is laid. Both of `changes` are by
 * the absolute path of a module of the tool's own: a file of ours that is loaded in its place, and a text of it that is
 * replaced everywhere.
 */
export function guarded(
  tool: string,
  input: ToolInput<unknown>,
  configuration: readonly string[],
  changes: GuardChanges = {},
): { arguments: string[]; entries: LayerEntry[] } {
  const guardChanges = { replaced: changes.replaced ?? {}, edited: changes.edited ?? {} };
  const isConfiguration = pathFilter([...configuration, 'package.json', '**/package.json']);
  const allowed = [...input.base].filter(isConfiguration).sort();
  return {
    arguments: ['--import', `${staticDir(tool)}/guard.mjs`],
    entries: [
      toolFile(tool, 'guard.mjs', readAsset('guard.mjs')),
      toolFile(tool, 'guard.json', JSON.stringify({ workdir: input.workdir, allowed, ...guardChanges })),
    ],
  };
}
