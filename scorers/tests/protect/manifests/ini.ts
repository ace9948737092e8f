import type { MergeManifest } from './manifest.ts';

/** `DEFAULT` holds for every section in Python's own reader. */
const testSection =
  /^(?:DEFAULT|aliases|nosetests|unittest|pytest|tool:.*|coverage(?::.*)?|tox(?::.*)?|testenv(?::.*)?)$/;

/** Line ends that one of Python's readers knows and another does not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const oddLineEnd = /\r(?!\n)|[\v\f\x1c-\x1e\x85\u2028\u2029\ufeff\0]/;

/**
 * Puts the test sections of a setup.cfg back, by their text. Its readers (configparser, iniconfig) differ in corners:
 * a text in which a header could be seen by one and not by another is not merged.
 */
export const mergeSetupCfg: MergeManifest = (base, candidate) => {
  const [before, after] = [chunksOf(base ?? ''), chunksOf(candidate ?? '')];
  if (before === null || after === null) return 'base';
  const sections = before.filter(isTest);
  const own = after.filter(isTest);
  const isSame =
    sections.length === own.length && sections.every((chunk, index) => bare(chunk) === bare(own[index]));
  if (isSame) return 'candidate';
  const first = after.findIndex(isTest);
  const at = first < 0 ? after.length : first;
  const rest = (chunks: readonly Chunk[]) => chunks.filter((chunk) => !isTest(chunk));
  const text = [...rest(after.slice(0, at)), ...sections, ...rest(after.slice(at))]
    .map((chunk) => (chunk.text === '' || chunk.text.endsWith('\n') ? chunk.text : `${chunk.text}\n`))
    .join('');
  return { text };
};

interface Chunk {
  /** null before the first header. */
  header: string | null;
  text: string;
}

function isTest({ header }: Chunk): boolean {
  return header !== null && testSection.test(header);
}

/** null where it is not certain what the headers are. */
function chunksOf(text: string): Chunk[] | null {
  if (oddLineEnd.test(text)) return null;
  const chunks: Chunk[] = [{ header: null, text: '' }];
  for (const line of text.split(/(?<=\n)/)) {
    if (/^\s*\[/.test(line)) {
      const [, header] = /^\[([^[\]#;\s]+(?: [^[\]#;\s]+)*)\]\s*$/.exec(line) ?? [];
      if (header === undefined) return null;
      chunks.push({ header, text: line });
    } else {
      const last = chunks.at(-1);
      if (last !== undefined) last.text += line;
    }
  }
  return chunks;
}

/** Without what comes after the last value: that is about the next section. */
function bare(chunk: Chunk | undefined): string {
  const lines = (chunk?.text ?? '').split('\n').map((line) => line.trimEnd());
  const end = lines.findLastIndex((line) => line !== '' && !/^\s*[#;]/.test(line)) + 1;
  return lines.slice(0, end).join('\n');
}
