import type { Tree } from '@lezer/common';
import { applyEdits, type Edit, indentAt, lineStart, withLineEndsOf } from '../edit.ts';
import { stockOf } from '../facts.ts';
import { type Attempt, type Language, maxTwins, type Planting, plainCount } from '../language.ts';
import { freshName, wordsOf } from '../names.ts';
import { pick, sample } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { errorsIn, findAll, textOf } from '../tree.ts';
import { bindingsOf, declarersOf, type ScriptFramework } from './bindings.ts';
import { writeCheck } from './checks.ts';
import { completeTools, type Tools } from './imports.ts';
import { type Manner, mannerOf } from './manner.ts';
import { parseScript, plainString, statementsOf } from './syntax.ts';
import { type Group, outlineOf, type TestFileOutline } from './tests.ts';
import { twinOf } from './twin.ts';
import { wayOf } from './ways.ts';

export function scriptLanguage(framework: ScriptFramework, path: string): Language {
  return {
    survey: (text) => {
      const tree = parseScript(text, path);
      const { outline } = readScript(text, tree, framework);
      const names = outline.tests.flatMap(({ group, name, loop }) => {
        const own = loop === null ? plainString(text, name) : null;
        return own === null ? [] : [[...group.path, own]];
      });
      return { errors: errorsIn(tree), names };
    },
    plant: (text, attempt, random) => plantScript(text, framework, path, attempt, random),
  };
}

function readScript(source: string, tree: Tree, framework: ScriptFramework) {
  const script = tree.topNode;
  const bindings = bindingsOf(source, script);
  const declarers = declarersOf(bindings, framework);
  return { script, bindings, declarers, outline: outlineOf(source, script, declarers, framework) };
}

function plantScript(
  source: string,
  framework: ScriptFramework,
  path: string,
  attempt: Attempt,
  random: RandomBelow,
): Planting | null {
  // Of what cannot be read at all, nothing is used.
  const readable = attempt === 'blind' ? '' : source;
  const file = readScript(readable, parseScript(readable, path), framework);
  const { script, bindings, declarers, outline } = file;
  // Jest has globals wherever a file does not say otherwise.
  const test = outline.used.tests[0] ?? (framework === 'jest' ? ([...declarers.tests][0] ?? null) : null);
  const way = wayOf(readable, script, bindings, framework);
  const tools = completeTools(source, script, bindings, framework, { test, way }, path);
  const manner = mannerOf(readable, outline);
  const writer = writerOf(source, file, tools, manner, random);
  const failing =
    attempt === 'twin'
      ? twinsIn(source, outline, tools, manner, writer, random)
      : plainIn(source, attempt === 'plain' ? outline : null, manner, writer, random);
  if (failing.length === 0) return null;
  const passing = passingTest(outline, manner, writer);
  const atEnd = failing.filter(({ group }) => group === null).map(({ text }) => text);
  atEnd.splice(random(atEnd.length + 1), 0, passing.text);
  const edits = [
    ...tools.edits,
    ...Map.groupBy(failing, ({ group }) => group)
      .entries()
      .flatMap(([group, some]) => (group === null ? [] : [atEndOf(source, group, some, manner.step)])),
  ];
  const isLineDone =
    source === '' || source.endsWith('\n') || edits.some(({ from }) => from === source.length);
  edits.push({
    from: source.length,
    to: source.length,
    text: `${isLineDone ? '' : '\n'}${atEnd.map((text) => `\n${text}\n`).join('')}`,
  });
  const fitting = edits.map((edit) => ({ ...edit, text: withLineEndsOf(source, edit.text) }));
  return {
    text: applyEdits(source, fitting),
    mustPass: [passing.name],
    mustFail: failing.map(({ name, group }) => [...(group?.path ?? []), name]),
  };
}

/** A test of ours that must fail; without a group, it goes to the file's end. */
interface Failing {
  name: string;
  text: string;
  group: Group | null;
}

/** At least one of the repeated tests stands where no hook can keep it from running, if there is such a one. */
function twinsIn(
  source: string,
  { tests }: TestFileOutline,
  { way }: Tools,
  manner: Manner,
  writer: Writer,
  random: RandomBelow,
): Failing[] {
  const safe = sample(
    tests.filter(({ group }) => !group.hasSetup),
    tests.length,
    random,
  );
  const style = {
    source,
    way,
    end: manner.end,
    step: manner.step,
    failing: () => writer.check('wrong'),
    random,
  };
  const twins: Failing[] = [];
  const pool = [
    ...safe.slice(0, 1),
    ...sample(
      tests.filter((test) => test !== safe[0]),
      tests.length,
      random,
    ),
  ];
  for (const test of pool) {
    if (twins.length === maxTwins) break;
    const name = writer.fresh();
    const text = twinOf(test, `${manner.quote}${name}${manner.quote}`, style);
    if (text !== null) twins.push({ name, text, group: test.group.path.length > 0 ? test.group : null });
  }
  return twins;
}

function plainIn(
  source: string,
  outline: TestFileOutline | null,
  manner: Manner,
  writer: Writer,
  random: RandomBelow,
): Failing[] {
  // Which groups run at all where one test is the only one to run, is not looked into.
  const open = outline === null || outline.hasOnly ? [] : outline.groups.filter(({ hasSetup }) => !hasSetup);
  return Array.from({ length: plainCount }, () => {
    const chosen = pick(open, random);
    const group = chosen === undefined || chosen.path.length === 0 ? null : chosen;
    const name = writer.fresh();
    const indent = group === null ? '' : indentIn(source, group, manner.step);
    return { name, text: writer.plain(name, 'wrong', indent), group };
  });
}

/** Apart from the file's groups, whose hooks it must not depend on; in one of its own where all tests are in groups. */
function passingTest(
  { tests, used }: TestFileOutline,
  { quote, end, step, heading }: Manner,
  writer: Writer,
) {
  const name = writer.fresh();
  const group = tests.every((test) => test.group.path.length > 0) ? used.groups[0] : undefined;
  if (group === undefined) return { name: [name], text: writer.plain(name, 'right', '') };
  const around = writer.fresh('groups');
  const text = `${group}(${quote}${around}${quote}, ${heading}\n${step}${writer.plain(name, 'right', step)}\n})${end}`;
  return { name: [around, name], text };
}

/** What writes names, checks and whole tests like the file's. */
interface Writer {
  fresh(kind?: 'tests' | 'groups'): string;
  check(side: 'right' | 'wrong'): string;
  plain(name: string, side: 'right' | 'wrong', indent: string): string;
}

function writerOf(
  source: string,
  { script, outline }: ReturnType<typeof readScript>,
  tools: Tools,
  { quote, end, step, heading }: Manner,
  random: RandomBelow,
): Writer {
  const { written } = outline;
  const stock = stockOf(
    findAll(script, ({ name }) => name === 'Number').map((node) => textOf(source, node)),
    written.tests.flatMap((name) => name.split(/[^A-Za-z]+/)),
  );
  const known = new Set<string>();
  const callee = `${tools.test}${outline.hasOnly ? '.only' : ''}`;
  const check = (side: 'right' | 'wrong') => writeCheck(tools.way, side, quote, stock, random);
  return {
    check,
    fresh: (kind = 'tests') => {
      const isTaken = (name: string) =>
        source.includes(name) || [...known].some((other) => other.includes(name) || name.includes(other));
      const words = written[kind].map((name) => wordsOf(name, /\s+/));
      const name = freshName(words, (some) => some.join(' '), isTaken, random);
      known.add(name);
      return name;
    },
    plain: (name, side, indent) =>
      `${callee}(${quote}${name}${quote}, ${heading}\n${indent}${step}${check(side)}${end}\n${indent}})${end}`,
  };
}

function indentIn(source: string, { block }: Group, step: string): string {
  const [first] = statementsOf(block);
  const isBelow = first !== undefined && source.slice(block.from, first.from).includes('\n');
  return isBelow || block.name === 'Script'
    ? indentAt(source, first?.from ?? 0)
    : indentAt(source, block.to - 1) + step;
}

/** Puts statements behind the last one of a group. */
function atEndOf(source: string, group: Group, tests: readonly Failing[], step: string): Edit {
  const brace = group.block.to - 1;
  const start = lineStart(source, brace);
  const isAlone = source.slice(start, brace).trim() === '';
  const at = isAlone ? start : brace;
  const indent = indentIn(source, group, step);
  const text = tests.map((test) => `\n${indent}${test.text}\n`).join('');
  return { from: at, to: at, text: isAlone ? text : `${text}${indentAt(source, group.block.from)}` };
}
