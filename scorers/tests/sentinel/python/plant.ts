import { applyEdits, type Edit, indentAt, indentStep, lineEnd, lineStart, withLineEndsOf } from '../edit.ts';
import { stockOf } from '../facts.ts';
import { type Attempt, type Language, maxDecoys, maxTwins, type Planting } from '../language.ts';
import { pick, sample } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { errorsIn, findAll, textOf } from '../tree.ts';
import { quoteOf, selfOf, writeCheck } from './checks.ts';
import { namesFor } from './names.ts';
import { renamedTests } from './renames.ts';
import { endOf, parsePython, statementsOf } from './syntax.ts';
import { type Group, outlineOf, type PythonFramework, type RealTest } from './tests.ts';
import { twinOf } from './twin.ts';

export function pythonLanguage(framework: PythonFramework): Language {
  return {
    survey: (text) => {
      const tree = parsePython(text);
      const { all } = outlineOf(text, tree.topNode, framework);
      return { errors: errorsIn(tree), names: all.map(({ group, name }) => [...group.path, name]) };
    },
    plant: (text, attempt, swap, random) => plantPython(text, framework, attempt, swap, random),
  };
}

function plantPython(
  source: string,
  framework: PythonFramework,
  attempt: Attempt,
  swap: boolean,
  random: RandomBelow,
): Planting | null {
  const readable = attempt === 'blind' ? '' : source;
  const module = parsePython(readable).topNode;
  const outline = outlineOf(readable, module, framework);
  const step = indentStep(source, '    ');
  const quote = quoteOf(readable, module);
  const names = namesFor(source, outline, random);
  const stock = stockOf(
    findAll(module, ({ name }) => name === 'Number').map((node) => textOf(readable, node)),
    outline.testNames.flatMap((name) => name.split('_').slice(1)),
  );
  const usesSelf = !outline.testCase || /\.assert[A-Z]/.test(source);
  const check = (side: 'right' | 'wrong', self: string | null) =>
    writeCheck(usesSelf ? self : null, side, quote, stock, random);
  const plain = (
    name: string,
    side: 'right' | 'wrong',
    group: Pick<Group, 'isTestCase'> | null,
    indent: string,
  ) =>
    `${indent}def ${name}(${group === null ? '' : 'self'}):\n${indent}${step}${check(side, group?.isTestCase ? 'self' : null)}`;

  const inClasses = new Map<Group, string[]>();
  const atEnd: string[] = [];
  const mustFail: string[][] = [];
  const inPlace: { group: Group; name: string; text: string }[] = [];
  const renamed = swap
    ? renamedTests(source, outline, () => names.freshTest(), random)
    : new Map<number, string>();
  const twin = (test: RealTest, name: string) => {
    const self = test.group.isTestCase ? selfOf(source, test.node) : null;
    const now = { ...test, name: renamed.get(test.nameNode.from) ?? test.name };
    return twinOf(source, now, name, step, () => check('wrong', self), random);
  };
  const plainIn = (group: Group, name: string) => {
    const first = group.definition === null ? undefined : statementsOf(group.definition.body)[0];
    const indent = first ? indentAt(source, first.from) : step;
    return group.definition === null ? plain(name, 'wrong', null, '') : plain(name, 'wrong', group, indent);
  };
  // A class of its own, for what must not stand between the tests of another.
  const isInClass =
    framework === 'unittest' ||
    (outline.tests.length > 0 && outline.tests.every(({ group }) => group.definition));
  const isTestCase = framework === 'unittest' || outline.testCase !== null;
  const apart = (name: string, side: 'right' | 'wrong'): string[] => {
    if (!isInClass) {
      atEnd.splice(random(atEnd.length + 1), 0, plain(name, side, null, ''));
      return [name];
    }
    const className = names.freshClass(isTestCase);
    const base = isTestCase ? `(${outline.testCase ?? 'unittest.TestCase'})` : '';
    atEnd.push(`class ${className}${base}:\n${plain(name, side, { isTestCase }, step)}`);
    return [className, name];
  };

  if (attempt === 'twin') {
    const safe = outline.tests.filter(({ group }) => !group.hasSetup);
    for (const test of sample(safe.length > 0 ? safe : outline.tests, maxTwins, random)) {
      const name = names.freshTest();
      const text = twin(test, name);
      if (text === null) continue;
      inPlace.push({ group: test.group, name, text });
    }
    if (inPlace.length === 0) return null;
  } else {
    const used = new Set(outline.tests.map(({ group }) => group));
    const open = attempt === 'plain' ? [...used].filter(({ hasSetup }) => !hasSetup) : [];
    for (let count = 0; count < 2; count++) {
      const group = pick(open, random);
      const name = names.freshTest();
      if (group === undefined || group.definition === null) mustFail.push(apart(name, 'wrong'));
      else inPlace.push({ group, name, text: plainIn(group, name) });
    }
  }
  // Tests of ours under the names of tests that have others now, each in the place of its namesake.
  const pool = outline.tests.filter(({ nameNode }) => renamed.has(nameNode.from));
  let decoys = 0;
  for (const test of sample(pool, pool.length, random)) {
    if (decoys === maxDecoys) break;
    const { group, name } = test;
    const text = attempt === 'twin' ? twin(test, name) : plainIn(group, name);
    if (text === null) continue;
    inPlace.push({ group, name, text });
    decoys += 1;
  }
  // In an order that says nothing of their names.
  for (const { group, name, text } of swap ? sample(inPlace, inPlace.length, random) : inPlace) {
    if (group.definition === null) atEnd.push(text);
    else inClasses.set(group, [...(inClasses.get(group) ?? []), text]);
    mustFail.push([...group.path, name]);
  }
  const mustPass = [apart(names.freshTest(), 'right')];
  const isImported = outline.testCase !== null || /^import unittest\s*$/m.test(readable);
  if (isInClass && isTestCase && !isImported) atEnd.unshift('import unittest');
  const edits = [...inClasses].flatMap(([group, texts]) => atEndOfClass(source, group, texts));
  const pairs: Planting['renamed'] = [];
  for (const { nameNode, name, group } of outline.all) {
    const fresh = renamed.get(nameNode.from);
    if (fresh === undefined) continue;
    edits.push({ from: nameNode.from, to: nameNode.to, text: fresh });
    pairs.push({ from: [...group.path, fresh], to: [...group.path, name] });
  }
  edits.push(atEndOfModule(source, readable === '' ? null : (statementsOf(module).at(-1) ?? null), atEnd));
  const fitting = edits.map((edit) => ({ ...edit, text: withLineEndsOf(source, edit.text) }));
  return { text: applyEdits(source, fitting), mustPass, mustFail, renamed: pairs };
}

function atEndOfClass(source: string, { definition }: Group, texts: readonly string[]): Edit[] {
  const last = definition === null ? undefined : statementsOf(definition.body).at(-1);
  if (last === undefined) return [];
  const at = lineEnd(source, endOf(source, last));
  return [{ from: at, to: at, text: texts.map((text) => `\n\n${text}`).join('') }];
}

/** Behind the last definition, and before what runs the file as a program. */
function atEndOfModule(
  source: string,
  last: { from: number; to: number } | null,
  texts: readonly string[],
): Edit {
  if (last !== null && /^if\s+\(?__name__\b/.test(textOf(source, last))) {
    const at = lineStart(source, last.from);
    return { from: at, to: at, text: texts.map((text) => `${text}\n\n\n`).join('') };
  }
  const at = source.length;
  const start = source === '' || source.endsWith('\n') ? '' : '\n';
  return { from: at, to: at, text: start + texts.map((text) => `\n\n${text}\n`).join('') };
}
