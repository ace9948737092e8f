/** Folders and files in which tools keep what a test once gave, mostly by the test's name. */
const kept = /snap|\.ambr$|cassette|approved|baseline|golden/i;

/**
 * Which test files are known beforehand and may have other names in them: such as the base holds. A file that something
 * is kept for beside it, in the base or in what is laid over it, must keep the names that it is kept under.
 */
export function knownAmong(base: readonly string[], laid: readonly string[]): (path: string) => boolean {
  const known = new Set(base);
  const all = [...base, ...laid];
  const keeping = all.filter((path) => kept.test(path));
  const folders = new Set(
    all.flatMap((path) => [path.replace(/\/[^/]*$/, ''), path.replace(/(?:\/[^/]*){2}$/, '')]),
  );
  return (path) => {
    const bare = path.replace(/\.[^./]*$/, '');
    const stem = bare.replace(/^.*\//, '');
    // A folder named like the file keeps what its tests compare with.
    if (!known.has(path) || folders.has(bare)) return false;
    return !keeping.some((other) => other !== path && other.includes(stem));
  };
}
