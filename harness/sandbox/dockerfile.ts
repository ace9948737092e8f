import { expandWord, readAssignments } from './dockerfile-args.ts';

/** One instruction of a Dockerfile, continuation lines joined. */
interface Instruction {
  /** Upper case. */
  keyword: string;
  /** Leading `--name=value` words. */
  flags: string[];
  /** What follows the flags. */
  value: string;
  /** Its first and last line, counted from 0. */
  first: number;
  last: number;
  heredoc: boolean;
}

export interface DockerfileText {
  lines: string[];
  /** Parser directives at the top, by lower-case name. */
  directives: Map<string, string>;
  instructions: Instruction[];
}

/** An image that a Dockerfile takes from outside. */
export interface ImageUse {
  /** The reference after `ARG`s; empty when it comes to nothing. */
  ref: string;
  /** 1-based. */
  line: number;
}

/** Splits a Dockerfile into its instructions, as the engine does. */
export function readDockerfile(text: string): DockerfileText {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const directives = readDirectives(lines);
  const escapeMark = directives.get('escape') === '`' ? '`' : '\\';
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (isSkipped(lines[at] ?? '')) continue;
    const first = at;
    let joined = '';
    for (;;) {
      const line = lines[at] ?? '';
      if (!isSkipped(line) || at === first) {
        const continued = withoutContinuation(line, escapeMark);
        joined += continued ?? line;
        if (continued === null) break;
      }
      if (at + 1 >= lines.length) break;
      at++;
    }
    const heredocEnd = endOfHeredocs(joined, lines, at);
    if (heredocEnd !== null) at = heredocEnd;
    instructions.push({ ...splitInstruction(joined), first, last: at, heredoc: heredocEnd !== null });
  }
  return { lines, directives, instructions };
}

/** Why only BuildKit can build it, in words; null when the classic builder can. */
export function needsBuildKit(file: DockerfileText): string | null {
  const syntax = file.directives.get('syntax');
  // The plain frontend's name alone asks for nothing that the features below do not show.
  if (syntax !== undefined && !/^(docker\.io\/)?docker\/dockerfile(:|@|$)/.test(syntax))
    return `# syntax=${syntax}`;
  for (const { keyword, flags, value, heredoc, first } of file.instructions) {
    const at = `line ${first + 1}: `;
    if (heredoc) return `${at}a here-document`;
    const flag = flags.find((one) => buildKitFlags[keyword]?.includes(one.split('=')[0] ?? ''));
    if (flag !== undefined) return `${at}${keyword} ${flag}`;
    if (
      keyword === 'FROM' &&
      /\$\{?(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT)\b/.test([...flags, value].join(' '))
    )
      return `${at}an automatic platform argument`;
  }
  return null;
}

const buildKitFlags: Record<string, string[]> = {
  RUN: ['--mount', '--network', '--security'],
  COPY: ['--link', '--chmod', '--parents', '--exclude'],
  ADD: ['--link', '--chmod', '--exclude', '--checksum', '--keep-git-dir', '--unpack'],
};

/** Every image from outside: in `FROM` and in `COPY --from=`; not `scratch`, not earlier stages. */
export function imagesUsed(file: DockerfileText): ImageUse[] {
  return locateImages(file).map(({ ref, instruction }) => ({ ref, line: instruction.first + 1 }));
}

/** The text with references replaced; those that are not in `replacements`, or are equal to it, stay as written. */
export function replaceImages(file: DockerfileText, replacements: ReadonlyMap<string, string>): string {
  const lines = [...file.lines];
  for (const { ref, written, instruction } of locateImages(file)) {
    const replacement = replacements.get(ref);
    if (replacement === undefined || replacement === written) continue;
    const { first, last } = instruction;
    if (instruction.keyword === 'FROM') {
      const [, ...rest] = instruction.value.split(/\s+/);
      lines[first] = ['FROM', ...instruction.flags, replacement, ...rest].join(' ');
      // Emptied and not removed, so that the engine's line numbers stay the author's.
      for (let at = first + 1; at <= last; at++) lines[at] = '';
    } else {
      const at = lines.findIndex(
        (line, index) => index >= first && index <= last && line.includes(`--from=${written}`),
      );
      if (at >= 0) lines[at] = (lines[at] ?? '').replace(`--from=${written}`, () => `--from=${replacement}`);
    }
  }
  return lines.join('\n');
}

interface LocatedImage {
  ref: string;
  written: string;
  instruction: Instruction;
}

function locateImages(file: DockerfileText): LocatedImage[] {
  const found: LocatedImage[] = [];
  const stages: string[] = [];
  const globalArgs = new Map<string, string>();
  let stageCount = 0;
  for (const instruction of file.instructions) {
    const { keyword, value, flags } = instruction;
    if (keyword === 'ARG' && stageCount === 0) readAssignments(value, globalArgs);
    if (keyword === 'FROM') {
      const [written = '', as = '', name = ''] = value.split(/\s+/);
      const ref = expandWord(written, globalArgs);
      const known = ref.toLowerCase() === 'scratch' || stages.includes(ref.toLowerCase());
      if (!known) found.push({ ref, written, instruction });
      if (as.toLowerCase() === 'as') stages.push(name.toLowerCase());
      stageCount++;
    }
    if (keyword === 'COPY') {
      const written = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
      // Classic builders expand nothing here; what holds a `$` is left for the builder to judge.
      if (written === undefined || written === '' || written.includes('$')) continue;
      const isIndex = /^\d+$/.test(written) && Number(written) < stageCount;
      if (!isIndex && !stages.includes(written.toLowerCase()))
        found.push({ ref: written, written, instruction });
    }
  }
  return found;
}

function readDirectives(lines: readonly string[]): Map<string, string> {
  const directives = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^#[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined || directives.has(name.toLowerCase())) break;
    directives.set(name.toLowerCase(), value);
  }
  return directives;
}

function isSkipped(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

/** The line without its continuation mark; null when it does not continue. */
function withoutContinuation(line: string, mark: string): string | null {
  const trimmed = line.replace(/[ \t]+$/, '');
  if (!trimmed.endsWith(mark) || trimmed.endsWith(mark + mark)) return null;
  return trimmed.slice(0, -1);
}

function splitInstruction(joined: string): Pick<Instruction, 'keyword' | 'flags' | 'value'> {
  const [, keyword = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(joined) ?? [];
  const flags: string[] = [];
  let value = rest;
  for (;;) {
    const [whole, flag] = /^(--[a-z][^\s]*)(\s+|$)/.exec(value) ?? [];
    if (whole === undefined || flag === undefined) break;
    flags.push(flag);
    value = value.slice(whole.length);
  }
  return { keyword: keyword.toUpperCase(), flags, value: value.trim() };
}

/** Index of the last line of the here-documents that an instruction opens; null when it opens none. */
function endOfHeredocs(joined: string, lines: readonly string[], at: number): number | null {
  if (!/^\s*(RUN|COPY|ADD)\s/i.test(joined)) return null;
  let end = at;
  for (const [, dash, , name] of joined.matchAll(/(?<=\s)\d*<<(-?)(["']?)([^\s<"']+)\2(?=\s|$)/g)) {
    const isEnd = (line: string) => (dash === '-' ? line.replace(/^\t+/, '') : line) === name;
    const close = lines.findIndex((line, index) => index > end && isEnd(line));
    // Never closed: not a here-document but shell text, as engines before here-documents read it.
    if (close < 0) return end === at ? null : end;
    end = close;
  }
  return end === at ? null : end;
}
