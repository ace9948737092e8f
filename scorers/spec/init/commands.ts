import type { Block } from './markdown.ts';
import type { Issue } from './statements.ts';

/** A command that an issue shows with what it prints. */
export interface ShownCommand {
  command: string;
  output: string;
  line: number;
  /** Whether the issue shows what is, not what should be. */
  isActual: boolean;
}

const shells = new Set(['', 'console', 'shell', 'sh', 'bash', 'text', 'terminal', 'shell-session', 'zsh']);
/** Prepares a machine, or runs what the tests run anyway. */
const preparation =
  /^(?:cd|git|npm (?:i|ci|install|test|run)|pnpm|yarn|pip3?|uv|poetry|apt(?:-get)?|brew|docker|sudo|curl|wget|make|mkdir|rm|export|source|node --test|pytest|python3? -m (?:unittest|pytest|pip|venv))\b/;
const maxCommands = 20;
const maxOutput = 4000;

/** Every `$ command` of an issue's code blocks that is followed by its output. */
export function shownCommands({ blocks, sections }: Issue): ShownCommand[] {
  return blocks
    .flatMap((block, index) => {
      const section = sections[index];
      if (block.kind !== 'code' || section === 'apart' || !shells.has(block.info)) return [];
      return commandsOf(block, section === 'actual' || section === 'steps');
    })
    .slice(0, maxCommands);
}

function commandsOf({ rows, line }: Extract<Block, { kind: 'code' }>, isActual: boolean): ShownCommand[] {
  const found: { command: string; rows: string[]; line: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const command = /^\s*\$\s+(\S.*)$/.exec(row)?.[1];
    if (command !== undefined) found.push({ command: command.trim(), rows: [], line: line + index });
    else found.at(-1)?.rows.push(row);
  }
  return found.flatMap(({ command, rows: printed, line: at }) => {
    const output = printed.join('\n').replace(/\n+$/, '');
    // No command line can hold a NUL.
    if (
      command.includes('\0') ||
      output.trim() === '' ||
      output.length > maxOutput ||
      preparation.test(command)
    )
      return [];
    return [{ command, output: `${output}\n`, line: at, isActual }];
  });
}
