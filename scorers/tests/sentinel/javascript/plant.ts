import type { Tree } from '@lezer/common';
import { applyEdits, type Edit, indentAt, lineStart, withLineEndsOf } from '../edit.ts';
import type { Attempt, Language, Planting } from '../language.ts';
import { sample } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { errorsIn } from '../tree.ts';
import { bindingsOf, declarersOf, type ScriptFramework } from './bindings.ts';
import { decoysIn, type Failing, indentIn, plainIn, twinsIn } from './failing.ts';
import { completeTools } from './imports.ts';
import { type Manner, mannerOf } from './manner.ts';
import { renamedTests } from './renames.ts';
import { parseScript, plainString } from './syntax.ts';
import { type Group, outlineOf, type TestFileOutline } from './tests.ts';
import { wayOf } from './ways.ts';
import { type Writer, writerOf } from './writer.ts';

export function scriptLanguage(framework: ScriptFramework, path: string): Language {
  return {
    survey: (text) => {
      const tree = parseScript(text, path);
      const { outline } = readScript(text, tree, framework);
      const tables = outline.tests.flatMap(({ group, name, table }) => {
        const own = table === null ? null : plainString(text, name);
        return own === null ? [] : [[...group.path, own]];
      });
      const names = [...outline.titled.map(({ group, title }) => [...group.path, title]), ...tables];
      return { errors: errorsIn(tree), names };
    },
    plant: (text, attempt, swap, random) => plantScript(text, framework, path, attempt, swap, random),
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
  swap: boolean,
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
  const { end, step } = manner;
  const style = { source, way: tools.way, end, step, failing: () => writer.check('wrong'), random };
  const fresh =
    attempt === 'twin'
      ? twinsIn(outline, style, writer)
      : plainIn(source, attempt === 'plain' ? outline : null, manner, writer, random);
  if (fresh.length === 0) return null;
  const renamed = swap ? renamedTests(source, script, outline, () => writer.fresh(), random) : [];
  const decoys = decoysIn(outline, renamed, attempt === 'twin' ? 'twin' : 'plain', style, writer);
  const all = [...fresh, ...decoys];
  // In an order that says nothing of their names.
  const failing = swap ? sample(all, all.length, random) : all;
  const passing = passingTest(outline, manner, writer);
  const atEnd = failing.filter(({ group }) => group === null).map(({ text }) => text);
  atEnd.splice(random(atEnd.length + 1), 0, passing.text);
  const edits = [
    ...tools.edits,
    ...renamed.map(({ test: { name }, fresh }) => ({ from: name.from + 1, to: name.to - 1, text: fresh })),
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
    renamed: renamed.map(({ test: { group, title }, fresh }) => ({
      from: [...group.path, fresh],
      to: [...group.path, title],
    })),
  };
}

/** Apart from the file's groups, whose hooks it must not depend on; in one of its own where all tests are in groups. */
function passingTest(
  { tests, used }: TestFileOutline,
  { quote, end, step, heading }: Manner,
  writer: Writer,
) {
  const name = writer.fresh();
  const group = tests.every((test) => test.group.path.length > 0) ? used.groups[0] : undefined;
  if (group === undefined) return { name: [name], text: writer.plain(writer.quoted(name), 'right', '') };
  const around = writer.fresh('groups');
  const text = `${group}(${quote}${around}${quote}, ${heading}\n${step}${writer.plain(writer.quoted(name), 'right', step)}\n})${end}`;
  return { name: [around, name], text };
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
