import type { FileChange } from '../../harness/sandbox/sandbox.ts';
import { pathFilter } from '../path-filter.ts';
import { boundedLine } from '../text.ts';

/** So many changes are looked at; a run that makes more cannot be believed. */
export const maxChanges = 50_000;

/**
 * What a framework, an interpreter or another test file's process loads by itself, wherever in the workspace it lies.
 * Caches in hidden folders of `node_modules` are written by honest tools, too, and loaded by none.
 */
const isLoaded = pathFilter([
  '**/node_modules/[!.]*/**',
  '**/node_modules/.{bin,pnpm,store}/**/*',
  '**/{site-packages,dist-packages}/**/*',
  '**/{conftest.py,sitecustomize.py,usercustomize.py,*.pth,pyvenv.cfg}',
  '**/{,.}pytest.{ini,toml}',
  '**/{tox.ini,setup.cfg,pyproject.toml,package.json}',
  '**/{vitest,vite,jest,babel}{.,.*.}{config,conf}.*',
  '**/{.babelrc,.swcrc}',
]);

/**
 * Code of the candidate runs as the user to whom the workspace belongs: while one test file runs, it could rewrite what
 * the next one's process, or the one that reports, is yet to load. Says what of that was changed, in words; null where
 * nothing was. `laid` are paths, relative to the workspace, that are the candidate's own or the tests'.
 */
export function tamperedWith(
  changes: readonly FileChange[] | null,
  workdir: string,
  laid: ReadonlySet<string>,
): string | null {
  if (changes === null) return `more than ${maxChanges} files were changed while the tests ran`;
  for (const { path } of changes) {
    if (!path.startsWith(`${workdir}/`)) continue;
    const inner = path.slice(workdir.length + 1);
    if (!laid.has(inner) && isLoaded(inner))
      return `${boundedLine(inner, 120)} was changed while the tests ran`;
  }
  return null;
}
