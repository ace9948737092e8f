import { indentAt } from '../edit.ts';
import { maxDecoys, maxTwins, plainCount } from '../language.ts';
import { pick, sample } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { textOf } from '../tree.ts';
import type { Manner } from './manner.ts';
import type { Renamed } from './renames.ts';
import { statementsOf } from './syntax.ts';
import type { Group, RealTest, TestFileOutline } from './tests.ts';
import { type TwinStyle, twinOf } from './twin.ts';
import type { Writer } from './writer.ts';

/** A test of ours that must fail; without a group, it goes to the file's end. */
export interface Failing {
  name: string;
  text: string;
  group: Group | null;
}

/** At least one of the repeated tests stands where no hook can keep it from running, if there is such a one. */
export function twinsIn({ tests }: TestFileOutline, style: TwinStyle, writer: Writer): Failing[] {
  const { random } = style;
  const safe = sample(
    tests.filter(({ group }) => !group.hasSetup),
    tests.length,
    random,
  );
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
    const text = twinOf(test, writer.quoted(name), style);
    if (text !== null) twins.push({ name, text, group: ownGroup(test) });
  }
  return twins;
}

function ownGroup({ group }: RealTest): Group | null {
  return group.path.length > 0 ? group : null;
}

export function plainIn(
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
    return { name, text: writer.plain(writer.quoted(name), 'wrong', indent), group };
  });
}

/** Tests of ours under the names of tests that have others now, each in the place of its namesake. */
export function decoysIn(
  { tests }: TestFileOutline,
  renamed: readonly Renamed[],
  kind: 'twin' | 'plain',
  style: TwinStyle,
  writer: Writer,
): Failing[] {
  const { source, random } = style;
  const titles = new Map(renamed.map(({ test }) => [test.name.from, test.title]));
  const pool = sample(
    tests.filter(({ name, table, loop }) => titles.has(name.from) && table === null && loop === null),
    tests.length,
    random,
  );
  const decoys: Failing[] = [];
  for (const test of pool) {
    if (decoys.length === maxDecoys) break;
    const name = titles.get(test.name.from) ?? '';
    const written = textOf(source, test.name);
    const group = ownGroup(test);
    const indent = group === null ? '' : indentIn(source, group, style.step);
    const text = kind === 'twin' ? twinOf(test, written, style) : writer.plain(written, 'wrong', indent);
    if (text !== null) decoys.push({ name, text, group });
  }
  return decoys;
}

export function indentIn(source: string, { block }: Group, step: string): string {
  const [first] = statementsOf(block);
  const isBelow = first !== undefined && source.slice(block.from, first.from).includes('\n');
  return isBelow || block.name === 'Script'
    ? indentAt(source, first?.from ?? 0)
    : indentAt(source, block.to - 1) + step;
}
