import { Buffer, isUtf8 } from 'node:buffer';
import { unquoteC } from './c-quote.ts';

/** What a patch says about itself, read before git sees it. */
export interface PatchHeaders {
  /** Every path that it could mean, with and without its first component; UTF-8. */
  paths: ReadonlySet<string>;
  /** Length of the object ids in its index lines decides which repository can check binary content. */
  objectFormat: 'sha1' | 'sha256';
  /** A binary change is named and its data left out. */
  withoutData: string | null;
  /** Bytes that its binary parts announce, together. */
  binaryBytes: number;
  /** Its header lines end in CR LF: the whole file was converted. */
  crlf: boolean;
  /** What makes it unacceptable by its headers alone. */
  problem: { path: string; why: string } | null;
}

const regularFile = /^100[0-7]{3}$/;
const symbolicLink = '120000';
const submodule = '160000';

/** Reads the headers of a unified diff, git's or the traditional form. Never throws; git judges the syntax. */
export function readPatchHeaders(patch: Uint8Array): PatchHeaders {
  const text = Buffer.from(patch.buffer, patch.byteOffset, patch.byteLength).toString('latin1');
  const found = {
    paths: new Set<string>(),
    objectFormat: 'sha1' as PatchHeaders['objectFormat'],
    withoutData: null as string | null,
    binaryBytes: 0,
    crlf: false,
    problem: null as PatchHeaders['problem'],
  };
  let current = '';
  let oldLeft = 0;
  let newLeft = 0;

  /** `prefixed`: the first component is `a` or `b` and not part of the path. */
  function name(raw: string, prefixed = true) {
    const bytes = Buffer.from(unquoteC(raw) ?? raw.replace(/\t.*$/s, ''), 'latin1');
    const whole = bytes.toString('utf8');
    if (whole === '/dev/null') return;
    const path = prefixed ? whole.replace(/^[ab]\//, '') : whole;
    current = path;
    if (!isUtf8(bytes)) found.problem ??= { path, why: 'the name is not valid UTF-8' };
    else if (path.startsWith('/') || (prefixed && /^[^/]*\/\//.test(whole)))
      found.problem ??= { path, why: 'the path is absolute' };
    else if (path.split('/').includes('..')) found.problem ??= { path, why: 'the path climbs out with ".."' };
    found.paths.add(whole);
    if (prefixed) found.paths.add(whole.slice(whole.indexOf('/') + 1));
  }
  function mode(digits: string) {
    if (digits === submodule) found.problem ??= { path: current, why: 'it is a submodule' };
    else if (
      digits !== symbolicLink &&
      !(regularFile.test(digits) && (Number.parseInt(digits, 8) & 0o7000) === 0)
    )
      found.problem ??= { path: current, why: `${digits} is not the mode of a file or a symbolic link` };
  }
  const kinds: readonly [start: string, form: RegExp, read: (match: RegExpExecArray) => void][] = [
    ['diff --git ', /^diff --git (.+)$/s, (m) => sidesOf(m[1] ?? '').map((side) => name(side))],
    ['--- ', /^--- (.+)$/s, (m) => name(m[1] ?? '')],
    ['+++ ', /^\+\+\+ (.+)$/s, (m) => name(m[1] ?? '')],
    ['rename ', /^rename (?:from|to) (.+)$/s, (m) => name(m[1] ?? '', false)],
    ['copy ', /^copy (?:from|to) (.+)$/s, (m) => name(m[1] ?? '', false)],
    ['old mode ', /^old mode (\d+)$/, (m) => mode(m[1] ?? '')],
    ['new ', /^new (?:file )?mode (\d+)$/, (m) => mode(m[1] ?? '')],
    ['deleted file mode ', /^deleted file mode (\d+)$/, (m) => mode(m[1] ?? '')],
    [
      'index ',
      /^index ([0-9a-f]+)\.\.[0-9a-f]+(?: (\d+))?$/,
      (m) => {
        if (m[1]?.length === 64) found.objectFormat = 'sha256';
        if (m[2]) mode(m[2]);
      },
    ],
    [
      'Binary files ',
      /^Binary files .* differ$/s,
      () => {
        found.withoutData ??= current;
      },
    ],
    ['literal ', /^literal (\d+)$/, announce],
    ['delta ', /^delta (\d+)$/, announce],
    [
      '@@ ',
      /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/,
      (m) => {
        oldLeft = Number(m[1] ?? 1);
        newLeft = Number(m[2] ?? 1);
      },
    ],
  ];
  function announce(match: RegExpExecArray) {
    found.binaryBytes += Number(match[1]);
  }
  /** True when the line is one of a diff's headers. */
  function header(line: string): boolean {
    const kind = kinds.find(([start]) => line.startsWith(start));
    const match = kind?.[1].exec(line);
    if (match) kind?.[2](match);
    return Boolean(match);
  }

  let line = '';
  let start = 0;
  const lineAt = (from: number) => {
    const end = text.indexOf('\n', from);
    return text.slice(from, end < 0 ? text.length : end);
  };
  while (start < text.length) {
    line = lineAt(start);
    start += line.length + 1;
    if (oldLeft > 0 || newLeft > 0) {
      const mark = line[0] ?? ' ';
      if (mark === ' ' || mark === '\r') [oldLeft, newLeft] = [oldLeft - 1, newLeft - 1];
      else if (mark === '-') oldLeft -= 1;
      else if (mark === '+') newLeft -= 1;
      else if (mark !== '\\') [oldLeft, newLeft] = [0, 0];
      if (' \r-+\\'.includes(mark)) continue;
    }
    const bare = line.replace(/\r$/, '');
    // In a message before the diff a line may start with "--- " too.
    if (bare.startsWith('--- ') && !lineAt(start).startsWith('+++ ')) continue;
    if (header(bare) && bare !== line) found.crlf = true;
  }
  return found;
}

/** Both names of `a/old b/new`; where unquoted and different there is no telling, and other headers say them. */
function sidesOf(names: string): string[] {
  if (names.includes('"')) return names.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/gs) ?? [];
  const half = (names.length - 1) / 2;
  const [left, right] = [names.slice(0, half), names.slice(half + 1)];
  const bare = (side: string) => side.slice(side.indexOf('/') + 1);
  return names[half] === ' ' && bare(left) === bare(right) ? [left, right] : [];
}
