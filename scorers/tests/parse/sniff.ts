import { jsonObject, linesOf } from './lines.ts';

/** Formats that are told by content: their files may have any name. */
export type JsonFormat = 'ctrf' | 'jest-json' | 'node-test' | 'go-json' | 'cargo-json';

/** What is looked into, in bytes: every format says at its start what it is. */
export const sniffedBytes = 64 * 1024;

/** Lines that look like an event; a folder may hold thousands of files. */
const maxTried = 100;

const headOf = (content: Uint8Array) => new TextDecoder().decode(content.subarray(0, sniffedBytes));

/** Which format a JSON file clearly is, from its first bytes; null for any other, such as a coverage report. */
export function sniffJson(content: Uint8Array): JsonFormat | null {
  const head = headOf(content);
  return documentFormat(head) ?? lineFormat(head);
}

/** False for XML that is clearly something else, such as a coverage report. What cannot be told is a broken report. */
export function mayBeJunit(content: Uint8Array): boolean {
  const head = headOf(content);
  for (let at = head.indexOf('<'); at !== -1; at = head.indexOf('<', at + 1)) {
    if (head.startsWith('<!--', at)) {
      at = head.indexOf('-->', at + 4);
      if (at === -1) return true;
    }
    const root = /^<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)/.exec(head.slice(at, at + 200))?.[1];
    if (root !== undefined) return root === 'testsuite' || root === 'testsuites';
  }
  return true;
}

function documentFormat(head: string): JsonFormat | null {
  const keys = outerKeys(head);
  if (keys.has('numTotalTests') && keys.has('numPassedTests')) return 'jest-json';
  const isCtrf = ['results.summary', 'results.tool', 'reportFormat'].some((key) => keys.has(key));
  return keys.has('results.tests') && isCtrf ? 'ctrf' : null;
}

/** The first event that says whose it is decides; what others printed may come before it. */
function lineFormat(head: string): JsonFormat | null {
  let tried = 0;
  for (const line of linesOf(head)) {
    if (!/^\s*\{/.test(line)) continue;
    if (tried++ > maxTried) break;
    const event = jsonObject(line) as Record<string, unknown> | null;
    if (event === null) continue;
    const { type, Action: action } = event;
    if (type === 'suite' && event.event === 'started' && 'test_count' in event) return 'cargo-json';
    if (typeof type === 'string' && /^test:[a-z]+$/.test(type) && 'data' in event) return 'node-test';
    if (typeof action === 'string' && ('Package' in event || 'ImportPath' in event)) return 'go-json';
  }
  return null;
}

/** Keys of the outermost object, and `outer.inner` for those of the objects in it, as far as the text goes. */
function outerKeys(head: string): Set<string> {
  const keys = new Set<string>();
  const open: string[] = [];
  let outer = '';
  // A string without an end goes to the end of the text, so that no place is looked at twice.
  for (const [token, name] of head.matchAll(/"((?:[^"\\]|\\.?)*)(?:"|$)(?:\s*:)?|[{}[\]]/gs)) {
    if (token === '{' || token === '[') open.push(token);
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':') && open.at(-1) === '{') {
      if (open.length === 1) outer = name ?? '';
      if (open.length === 1) keys.add(outer);
      else if (open.length === 2) keys.add(`${outer}.${name}`);
    }
    // The outermost value has ended: what follows is another document.
    if (open.length === 0) break;
  }
  return keys;
}
