import { isWithin, judgedArtifacts } from '../harness/domain/artifact-sources.ts';
import type { Evidence } from '../harness/domain/candidate.ts';
import type { Digest } from '../harness/domain/digest.ts';
import type { TreeEntry, TreePart } from '../harness/store/store.ts';
import { composeArtifacts, imageArtifacts, takeArtifacts } from './artifact-tree.ts';
import { hooksOnImage } from './collect-hooks.ts';
import type { AttemptContext } from './source.ts';
import { tarExclude } from './tar-exclude.ts';

/** `artifacts` is null where no verifier of its own is to judge them. */
interface RecordedArtifacts {
  artifacts: Digest | null;
  evidence: Evidence[];
}

/** The artifacts of an attempt that changed nothing: those of the image, after the task's commands that prepare them. */
export async function untouchedArtifacts(context: AttemptContext): Promise<RecordedArtifacts> {
  if (context.task.spec.verifier.separate === null) return { artifacts: null, evidence: [] };
  const { result, evidence } = await hooksOnImage(context, (files) => takeArtifacts(context, files));
  return { artifacts: result.tree, evidence: [...evidence, ...result.evidence] };
}

/**
 * The artifacts that a recorded tree stands for: what lies in the workspace is the tree's, everything else the image's.
 * `words` says what a person should know of that; null where there is nothing to say.
 */
export async function patchedArtifacts(
  context: AttemptContext,
  tree: Digest,
): Promise<RecordedArtifacts & { words: string | null }> {
  const { task, image, store } = context;
  if (task.spec.verifier.separate === null) return { artifacts: null, evidence: [], words: null };
  const pristine = await composeArtifacts(store, await imageArtifacts(context));
  const { sources } = judgedArtifacts(task.spec);
  // Paths may be written by the folder's own name or by that of a link to it.
  const written = task.spec.environment.workdir ?? image.workdir;
  const workdir = sources.some(({ path }) => touches(path, written)) ? written : image.workdir;
  const covered = sources
    .filter(({ path }) => touches(path, workdir))
    .map(({ path, exclude }) => ({ path, isExcluded: tarExclude(exclude) }));
  const sourceOf = (path: string) => covered.find((one) => isWithin(path, one.path));
  const files = await store.listTree(tree);
  const parts: TreePart[] = [
    ...(await store.listTree(pristine.tree)).filter(({ path }) => !isWithin(`/${path}`, workdir)),
    ...files.flatMap((file) => placed(file, workdir, sourceOf)),
  ];
  const artifacts = await store.compose(parts);
  return { artifacts, evidence: [], words: wordsOf(context, covered.length) };
}

function touches(source: string, workdir: string): boolean {
  return isWithin(source, workdir) || isWithin(workdir, source);
}

/** A file of the workspace at its absolute place, if some artifact covers it. */
function placed(
  file: TreeEntry,
  workdir: string,
  sourceOf: (path: string) => { path: string; isExcluded: (path: string) => boolean } | undefined,
): TreePart[] {
  const path = `${workdir}/${file.path}`;
  const source = sourceOf(path);
  if (source === undefined) return [];
  const inside = path.slice(source.path.length).replace(/^\/+/, '');
  if (inside !== '' && source.isExcluded(inside)) return [];
  return [{ path: path.slice(1), mode: file.mode, digest: file.digest }];
}

function wordsOf({ task }: AttemptContext, covered: number): string | null {
  if (covered === 0)
    return "none of the task's artifacts lies in the workspace: they are judged as the image holds them";
  return task.spec.verifier.collect.length > 0
    ? "the task's commands that prepare artifacts were not run on it"
    : null;
}
