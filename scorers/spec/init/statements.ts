import { boundedLine } from '../../text.ts';
import type { Block } from './markdown.ts';
import { type Section, sectionOf } from './sections.ts';

/** One thing that an issue asks for. */
export interface Statement {
  /** `kept`: holds already, and must go on holding. */
  kind: 'wanted' | 'kept';
  says: string;
  /** Heading that it stands under; empty at the top. */
  section: string;
  line: number;
  /** An id that the issue gives it: `FR-001`, `US2-1`; null where it gives none. */
  label: string | null;
  /** What the issue itself leaves open. */
  open: string[];
}

/** An issue, taken apart. */
export interface Issue {
  title: string;
  /** Its first paragraph, or what its author says it is for; empty where there is none. */
  intent: string;
  statements: Statement[];
  /** What it says is not part of it. */
  excluded: string[];
  /** Which section each block stands in, by its index. */
  sections: Section[];
  blocks: readonly Block[];
}

const maxSentence = 1000;
const modal = /\b(?:must|shall|should|has to|have to|needs? to|required|never|always)\b/i;
const keeps =
  /\b(?:stays?|remains?|unchanged|must not change|keeps? (?:its|their|working|passing)|goes? on|continues? to|behaves? as (?:it|they) do(?:es)? today)\b/i;
const given = /^(?:scenario(?: outline)?:.*|given\b.*\bwhen\b.*\bthen\b)/i;
/** Tests that are named become checks of their own. */
const ofTests = /^run the (?:\w+ )?tests\b|[._-]test\.\w+`|\btest_\w+\.py`/i;
const label = /^([A-Z]{1,6}-?\d{1,4})\s*[:.)–-]\s*(.*)$/s;

/** Takes an issue apart: pure, and the same for the same text. */
export function readIssue(blocks: readonly Block[]): Issue {
  const heading = blocks.find((block) => block.kind === 'heading');
  const issue: Issue = {
    title: heading?.text.replace(/^feature specification:\s*/i, '') ?? '',
    intent: '',
    statements: [],
    excluded: [],
    sections: [],
    blocks,
  };
  const place: Place = { heading: '', section: 'other', stack: [], story: null, scenarios: 0 };
  for (const block of blocks) {
    move(place, block, issue);
    issue.sections.push(place.section);
    take(issue, place, block);
  }
  if (issue.statements.length === 0) fallBack(issue);
  return issue;
}

interface Place {
  heading: string;
  section: Section;
  stack: { level: number; section: Section }[];
  /** Number of the user story that it is in. */
  story: string | null;
  scenarios: number;
}

/** A label lasts until the next heading or label; a heading without meaning has that of the one above it. */
function move(place: Place, block: Block, issue: Issue): void {
  if (block.kind === 'label') {
    const section = sectionOf(block.text);
    place.section = section === 'other' ? (place.stack.at(-1)?.section ?? 'other') : section;
    place.heading = block.text;
  }
  if (block.kind !== 'heading') return;
  while ((place.stack.at(-1)?.level ?? 0) >= block.level) place.stack.pop();
  const own = block.text === issue.title && block.level === 1 ? 'other' : sectionOf(block.text);
  const above = place.stack.at(-1)?.section ?? 'other';
  place.section = own === 'other' && above !== 'story' ? above : own;
  place.stack.push({ level: block.level, section: place.section });
  place.heading = block.text;
  const story = /^user story (\d+)/i.exec(block.text)?.[1];
  if (story !== undefined) {
    place.story = story;
    place.scenarios = 0;
  } else if (block.level < 3) place.story = null;
}

function take(issue: Issue, place: Place, block: Block): void {
  const { section } = place;
  if (block.kind === 'item') takeItem(issue, place, block);
  if (block.kind === 'paragraph') takeParagraph(issue, place, block);
  if (block.kind === 'row' && ['wanted', 'other', 'kept'].includes(section))
    add(issue, place, rowWords(block), block.line);
  if (block.kind === 'code' && section !== 'apart' && section !== 'actual')
    for (const scenario of scenarios(block)) add(issue, place, scenario, block.line);
}

function takeItem(issue: Issue, place: Place, block: Extract<Block, { kind: 'item' }>): void {
  const { section } = place;
  if (section === 'excluded') {
    issue.excluded.push(boundedLine(block.text, 200));
    return;
  }
  if (['apart', 'actual', 'steps'].includes(section)) return;
  const last = issue.statements.at(-1);
  // What stands below an item explains it, unless it is to be ticked off on its own.
  if (
    block.depth > 0 &&
    block.marker !== 'checkbox' &&
    last !== undefined &&
    last.section === place.heading
  ) {
    last.says = boundedLine(`${last.says}${/[:;,]$/.test(last.says) ? '' : ';'} ${block.text}`, maxSentence);
    last.open.push(...clarifications(block.text));
    return;
  }
  const isMeant =
    block.marker !== 'bullet' ||
    section === 'wanted' ||
    section === 'kept' ||
    label.test(block.text) ||
    modal.test(block.text);
  if (isMeant) add(issue, place, block.text, block.line);
}

function takeParagraph(
  issue: Issue,
  place: Place,
  { text, line }: Extract<Block, { kind: 'paragraph' }>,
): void {
  const { section, heading } = place;
  const input = /^input$/i.test(heading)
    ? /^User description:\s*["“]?(.*?)["”]?$/i.exec(text)?.[1]
    : undefined;
  if (input !== undefined && !input.includes('$ARGUMENTS')) {
    issue.intent = boundedLine(input, maxSentence);
    return;
  }
  if ((given.test(text) || label.test(text)) && section !== 'apart') add(issue, place, text, line);
  else if (section === 'kept') {
    for (const sentence of sentences(text)) if (!ofTests.test(sentence)) add(issue, place, sentence, line);
  } else if (section === 'wanted' && /^expected|^desired/i.test(heading)) add(issue, place, text, line);
  else if (section === 'excluded') issue.excluded.push(boundedLine(text, 200));
  else if ((section === 'other' || section === 'story') && issue.intent === '' && !text.startsWith('['))
    issue.intent = boundedLine(text, maxSentence);
}

function add(issue: Issue, place: Place, text: string, line: number): void {
  const labelled = label.exec(text);
  const isScenario = place.story !== null && given.test(text);
  if (isScenario) place.scenarios += 1;
  const says = boundedLine(labelled?.[2] ?? text, maxSentence);
  if (says === '') return;
  issue.statements.push({
    kind: place.section === 'kept' || keeps.test(says) ? 'kept' : 'wanted',
    says,
    section: place.heading,
    line,
    label: labelled?.[1] ?? (isScenario ? `US${place.story}-${place.scenarios}` : null),
    open: clarifications(text),
  });
}

function clarifications(text: string): string[] {
  return [...text.matchAll(/\[NEEDS CLARIFICATION:?\s*([^\]]*)\]/gi)].map((match) =>
    boundedLine(match[1] ?? '', 200),
  );
}

/** `code 2: when wrong usage`. */
function rowWords({ cells, header }: Extract<Block, { kind: 'row' }>): string {
  const [first = '', ...rest] = cells;
  const words = rest.map((cell, index) =>
    [header[index + 1] ?? '', cell].filter((each) => each !== '').join(' '),
  );
  return first === '' || rest.every((cell) => cell === '')
    ? ''
    : `${header[0] ?? ''} ${first}: ${words.join(', ')}`.trim();
}

/** The scenarios of a block of Gherkin, each as one sentence. */
function scenarios({ info, rows }: Extract<Block, { kind: 'code' }>): string[] {
  if (info !== 'gherkin' && info !== 'feature' && info !== 'cucumber') return [];
  const found: string[][] = [];
  for (const row of rows.map((each) => each.trim())) {
    if (/^(?:scenario(?: outline)?|example):/i.test(row)) found.push([row.replace(/^[^:]*:\s*/, '')]);
    else if (/^(?:given|when|then|and|but|\*)\s/i.test(row)) found.at(-1)?.push(row);
  }
  return found.map((parts) => parts.filter((part) => part !== '').join(', '));
}

/** Sentences, as far as dots tell; a dot within code or a number is none. */
export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=[\p{Lu}`"“])/u)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Without any list: the sentences that ask for something, else the whole. */
function fallBack(issue: Issue): void {
  const place: Place = { heading: '', section: 'other', stack: [], story: null, scenarios: 0 };
  for (const [index, block] of issue.blocks.entries()) {
    if (block.kind !== 'paragraph' || !['other', 'story', 'wanted'].includes(issue.sections[index] ?? ''))
      continue;
    for (const sentence of sentences(block.text))
      if (modal.test(sentence)) add(issue, place, sentence, block.line);
  }
  if (issue.statements.length > 0) return;
  const whole = issue.title !== '' ? issue.title : (sentences(issue.intent)[0] ?? '');
  if (whole !== '') add(issue, place, whole, issue.blocks[0]?.line ?? 1);
}
