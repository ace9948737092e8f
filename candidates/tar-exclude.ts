/**
 * Tells which paths GNU tar would leave out by `--exclude` of these patterns (relative to the folder that is packed):
 * a pattern fits a whole path or its end from some component on, its wildcards match `/` too, and with a folder goes
 * all that it holds.
 */
export function tarExclude(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.map((pattern) => parse(pattern.replace(/^\.\//, '').replace(/\/+$/, '')));
  return (path) => globs.some((glob) => isExcluded(glob, path));
}

type Token = { star: true } | { star: false; fits: (character: string) => boolean };

function isExcluded(glob: readonly Token[], path: string): boolean {
  const parts = path.split('/');
  for (let first = 0; first < parts.length; first += 1) {
    for (let end = first + 1; end <= parts.length; end += 1)
      if (matches(glob, [...parts.slice(first, end).join('/')])) return true;
  }
  return false;
}

/** Goes back to the last star only, so that no pattern takes more than its length times the path's. */
function matches(glob: readonly Token[], text: readonly string[]): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let mark = 0;
  while (read < text.length) {
    const token = glob[at];
    if (token?.star) {
      star = at;
      mark = read;
      at += 1;
    } else if (token?.fits(text[read] ?? '')) {
      at += 1;
      read += 1;
    } else if (star >= 0) {
      mark += 1;
      read = mark;
      at = star + 1;
    } else return false;
  }
  return glob.slice(at).every((token) => token.star);
}

function parse(pattern: string): Token[] {
  const tokens: Token[] = [];
  const text = [...pattern];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const set = character === '[' ? readSet(text, at) : null;
    if (character === '*') tokens.push({ star: true });
    else if (character === '?') tokens.push({ star: false, fits: () => true });
    else if (set !== null) {
      tokens.push({ star: false, fits: set.fits });
      at = set.end;
    } else {
      if (character === '\\' && at + 1 < text.length) at += 1;
      const literal = text[at];
      tokens.push({ star: false, fits: (other) => other === literal });
    }
  }
  return tokens;
}

/** `[abc]`, `[a-z]`, `[!a]`; null where no bracket closes it. */
function readSet(text: readonly string[], open: number) {
  const negated = text[open + 1] === '!' || text[open + 1] === '^';
  const first = open + (negated ? 2 : 1);
  const end = text.indexOf(']', first + 1);
  if (end < 0) return null;
  const members = text.slice(first, end);
  const fits = (character: string) => {
    for (let at = 0; at < members.length; at += 1) {
      const low = members[at] ?? '';
      const isRange = members[at + 1] === '-' && at + 2 < members.length;
      const high = isRange ? (members[at + 2] ?? '') : low;
      if (low <= character && character <= high) return !negated;
      if (isRange) at += 2;
    }
    return negated;
  };
  return { fits, end };
}
