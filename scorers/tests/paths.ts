/** Harbor's folder for the hidden tests. */
export const testsDir = '/tests';
/** Harbor's folder for what the tests report. */
export const logsDir = '/logs/verifier';
/** Scripts of ours; belongs to root, as nothing that runs may change them. */
export const harnessDir = '/opt/assay';

/** The folder of ours that a workspace lies in, holds or is; null where they are apart. */
export function overlap(workdir: string): string | null {
  const within = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`);
  return [testsDir, logsDir, harnessDir].find((dir) => within(workdir, dir) || within(dir, workdir)) ?? null;
}
