export type Json = Record<string, unknown>;

/** Deeper documents serve only to break tools. */
const maxDepth = 64;

/**
 * A JSON document that is an object; null for anything else, and where a name stands twice: readers differ in which one
 * they take.
 */
export function parseJsonObject(text: string): Json | null {
  const value = parse(text);
  return isObject(value) && countNames(value) === namesIn(text) ? value : null;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Strings before a colon in what is known to be JSON. */
function namesIn(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs))
    if (colon !== undefined) names += 1;
  return names;
}

/** -1 where it is nested too deeply. */
function countNames(root: unknown): number {
  let names = 0;
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return -1;
    const inner: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const members = Object.values(value);
      if (!Array.isArray(value)) names += members.length;
      for (const member of members) inner.push(member);
    }
    level = inner;
  }
  return names;
}

/** Writes an object the way another text is written: its indentation, line ends and last newline. */
export function formatLike(sample: string, value: Json): string {
  const [, indent] = /^\s*\{\r?\n([ \t]+)/.exec(sample) ?? [];
  const text = JSON.stringify(value, null, sample.includes('\n') ? (indent ?? '  ') : undefined);
  const lines = sample.endsWith('\n') ? `${text}\n` : text;
  return sample.includes('\r\n') ? lines.replaceAll('\n', '\r\n') : lines;
}

/** The candidate's members, but those that belong to the judging as the base has them. */
export function putMembersBack(base: Json, candidate: Json, belongs: (name: string) => boolean): Json {
  const own = Object.entries(candidate).filter(([name]) => !belongs(name) || Object.hasOwn(base, name));
  const missing = Object.keys(base).filter((name) => belongs(name) && !Object.hasOwn(candidate, name));
  return Object.fromEntries([
    ...own.map(([name, value]) => [name, belongs(name) ? base[name] : value]),
    ...missing.map((name) => [name, base[name]]),
  ]);
}
