import { describe, expect, it } from 'vitest';
import type { TaskCheck } from '../../run/check.ts';
import type { RequirementProof } from '../../run/requirement-proofs.ts';
import { checkText } from './check-text.ts';
import { plain } from './paint.ts';

function proof(id: string, over: Partial<RequirementProof> = {}): RequirementProof {
  return {
    ...{ id, kind: 'criterion', says: `It does ${id}.`, scorer: 'spec' },
    ...{ provenBy: 'the base unchanged', isUnverified: false, ...over },
  };
}

function check(over: Partial<TaskCheck> = {}): TaskCheck {
  return {
    ...{ task: 'parse', gate: { proven: true, reason: '' }, controls: [], calibrations: [] },
    ...{ mutantsSkipped: null, possible: 0, mutants: [], requirements: [], controlFaults: [] },
    ...{ unknownEquivalents: [], wallSec: 1 },
    ...over,
  };
}

const lines = (given: TaskCheck, columns = 80) =>
  checkText([given], { columns, paint: plain }).trimEnd().split('\n');

describe('requirements in what a check says', () => {
  it('are counted, and those that nothing has refused are listed', () => {
    const said = lines(
      check({
        requirements: [
          proof('a'),
          proof('b', { provenBy: null }),
          proof('c', { provenBy: null, isUnverified: true }),
        ],
      }),
    );
    expect(said[0]).toMatch(/^✖ parse: gate proven/);
    expect(said).toContain('  spec: 1 of 3 requirements refused by a control');
    expect(said).toContain('  unproven: b  It does b.');
    expect(said).toContain('  unverified, it has no check: c  It does c.');
    expect(said.at(-1)).toBe('1 of 1 gate proven · 0 of 0 mutants refused · 2 requirements unproven');
  });

  it('are all well where each has refused something', () => {
    const said = lines(check({ requirements: [proof('a')] }));
    expect(said[0]).toMatch(/^✔ parse/);
    expect(said).toContain('  spec: 1 of 1 requirement refused by a control');
    expect(said.join('\n')).not.toContain('unproven');
  });

  it('are not blamed for mutants that nobody asked for', () => {
    const open = [proof('b', { provenBy: null })];
    const said = lines(check({ requirements: open, mutantsSkipped: 'none were asked for' }));
    expect(said[0]).toMatch(/^✔ parse/);
    expect(said.join('\n')).not.toContain('unproven');
  });

  it('are not spoken of without a spec', () => {
    expect(lines(check()).join('\n')).not.toContain('spec');
  });

  it('say whole what is wrong with a control, however narrow the terminal', () => {
    const fault = `control x cannot be made: the patch does not apply: ${'src/'.repeat(30)}a.ts`;
    const said = lines(check({ requirements: [proof('a')], controlFaults: [fault] }), 40);
    expect(said[0]).toMatch(/^✖ parse/);
    expect(said).toContain(`  ${fault}`);
    expect(said.at(-1)).toMatch(/1 control wrong$/);
  });

  it('say whole why a gate is not proven', () => {
    const reason = `the reference solution does not pass static: ${'x'.repeat(100)}`;
    expect(lines(check({ gate: { proven: false, reason } }), 40)).toContain(`  ${reason}`);
  });

  it('show what a spec says as text only', () => {
    const says = 'red \u001b[31m and\nmore';
    const said = lines(check({ requirements: [proof('b', { says, provenBy: null })] }));
    expect(said.join('\n')).not.toContain('\u001b');
    expect(said.filter((line) => line.includes('unproven: b'))).toHaveLength(1);
  });
});
