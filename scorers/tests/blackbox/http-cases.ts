import type { Dialogue, Service } from './cases.ts';
import type { PartContext } from './container.ts';
import type { RegexJudge } from './regex.ts';
import type { PartResult } from './result.ts';
export async function runDialogues(
  _part: PartContext,
  _service: Service,
  _dialogues: readonly Dialogue[],
  _regexes: RegexJudge,
): Promise<PartResult> {
  throw new Error('todo');
}
