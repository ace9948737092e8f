import type { TaskSpec } from './task.ts';

interface JudgedArtifacts {
  /** Absolute sources, none of which lies in another; `exclude` are patterns of tar's. */
  sources: { path: string; exclude: readonly string[] }[];
  lost: { source: string; reason: string }[];
}

/**
 * What a separate verifier gets: Harbor's folder for artifacts, unless the task says something about it itself, then
 * what the task declares. Of two that overlap the first wins, as in Harbor.
 */
export function judgedArtifacts({ artifacts }: Pick<TaskSpec, 'artifacts'>): JudgedArtifacts {
  const implied = { source: '/logs/artifacts', exclude: [] };
  const isDeclared = artifacts.some(({ source }) => source === implied.source);
  const judged: JudgedArtifacts = { sources: [], lost: [] };
  for (const { source, exclude } of isDeclared ? artifacts : [implied, ...artifacts]) {
    const other = judged.sources.find(({ path }) => isWithin(path, source) || isWithin(source, path));
    if (other === undefined) judged.sources.push({ path: source, exclude });
    else if (other.path !== source)
      judged.lost.push({ source, reason: `overlaps ${other.path}, which comes before it` });
  }
  return judged;
}

/** Whether an absolute path is another one or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
