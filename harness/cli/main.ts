import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { AssayError } from '../domain/errors.ts';
import { printError } from './print-error.ts';
import { version } from './version.ts';

/**
 * The whole command line. Returns the exit code: 0 fine, 1 the gate said no, 2 bad usage or input, 3 infrastructure
 * failed, 130 interrupted. Never throws.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  // `assay report … | head` is no failure of ours.
  process.stdout.once('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 3),
  );
  const program = build((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version end in an exception too, with code 0; everything else that commander says is bad usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printError(error);
    return error instanceof AssayError && error.kind === 'input' ? 2 : 3;
  }
}

/** Each verb's code is loaded when it is used: help and errors are there at once. */
function build(done: (code: number) => void): Command {
  const program = new Command('assay')
    .description('Competitive best-of-N evaluation for coding agents.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help for the options and examples)')
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 the gate said no, 2 bad usage or input, 3 infrastructure failed, 130 interrupted.

Examples:
  assay run suites/quickstart          run a suite and select a winner for each task
  assay run --resume latest            go on with the last run
  assay check suites/quickstart        prove that its gates can say no
  assay report latest --format md      render a report again from the journal
  assay runs                           what was run, and how it ended
  assay spec init my-suite/tasks/a     draft what a task asks for
  assay doctor                         is this machine fit to run`,
    );

  subcommand(program, 'run [suite]')
    .summary('run a suite: trials, verdicts, a ranked winner for each task')
    .description(
      'Runs every agent of a suite on every task in containers, scores what they deliver, and selects winners.',
    )
    .option('--agent <name>', 'only this agent; a group such as `pool` or a glob; may be repeated', collect)
    .option('--task <glob>', 'only these tasks; may be repeated', collect)
    .option('--attempts <n>', "attempts of each agent at each task, instead of the suite's", positive)
    .option('--concurrency <n>', 'containers at a time (default: the number of CPUs, at least 2)', positive)
    .option('--out <dir>', 'the store: runs, verdicts, objects', '.assay')
    .option('--resume <run>', 'go on with a run: its id, a part of it, or `latest`')
    .option('--no-cache', 'score again even what earlier runs have scored')
    .option('--require-proven', 'no winner for a task whose gate the controls do not prove')
    .option('--json', 'print the decision as JSON to stdout')
    .addHelpText(
      'after',
      `
Examples:
  assay run suites/quickstart
  assay run my-suite --agent pool --task 'humaneval-00*' --concurrency 4
  assay run my-suite --json | jq .decisionDigest
  assay run --resume latest

A run lives in <out>/runs/<run>/: journal.jsonl and its reports. Exit code 1 when some task has no winner.`,
    )
    .action(async (suite, options) =>
      done(await (await import('./commands/run.ts')).runCommand(suite, options)),
    );

  subcommand(program, 'check <suite>')
    .summary("prove that a suite's gates can say no")
    .description(
      'Proves every gate by controls: the base unchanged must be refused, the reference solution must pass, and ' +
        'mutants of it (each hunk left out, operators changed on its lines) must be refused.',
    )
    .option('--task <glob>', 'only these tasks; may be repeated', collect)
    .option('--mutants <n>', 'mutants per task at most; 0 for none', natural, 24)
    .option('--seed <n>', 'which mutants are taken where there are more', natural, 1)
    .option('--concurrency <n>', 'containers at a time (default: the number of CPUs, at least 2)', positive)
    .option('--out <dir>', 'the store: verdicts, objects', '.assay')
    .option('--no-cache', 'score again even what earlier checks and runs have scored')
    .option('--json', 'print the result as JSON to stdout')
    .addHelpText(
      'after',
      `
Examples:
  assay check suites/quickstart
  assay check my-suite --task csv-chunks --mutants 100
  assay check my-suite --json | jq '.tasks[].mutants[] | select(.outcome == "survived")'

A mutant that no test can tell from the solution is named in the task, with the reason:
  [[metadata.assay.equivalent_mutants]]
  id = "..."
  reason = "..."

Exit code 1 when a gate is not proven or a mutant survived. A check that was stopped goes on where it was.`,
    )
    .action(async (suite, options) =>
      done(await (await import('./commands/check.ts')).checkCommand(suite, options)),
    );

  subcommand(program, 'report [run]')
    .summary('render a report again from the journal')
    .description('Renders a report of a run from its journal: the same journal gives the same bytes.')
    .option('--format <name>', 'md, json, trials, verdicts, junit, or `all` to write every file again', 'md')
    .option('--out <dir>', 'the store', '.assay')
    .option('--to <file>', 'write to a file instead of stdout')
    .option('--schema', 'print the JSON Schema of report.json and end')
    .addHelpText(
      'after',
      '\nExamples:\n  assay report latest\n  assay report latest --format trials --to trials.csv',
    )
    .action(async (run, options) =>
      done(await (await import('./commands/report.ts')).reportCommand(run, options)),
    );

  subcommand(program, 'runs')
    .summary('list the runs of a store')
    .option('--out <dir>', 'the store', '.assay')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  assay runs\n  assay runs --json')
    .action(async (options) => done(await (await import('./commands/runs.ts')).runsCommand(options)));

  specCommands(program, done);

  subcommand(program, 'doctor')
    .summary('check this machine and say what to do')
    .description(
      'Checks engine, versions, disk, memory, cgroups, runtimes, registry, clock. Exit code 3 when a check fails.',
    )
    .option('--json', 'print JSON')
    .action(async (options) => done(await (await import('./commands/doctor.ts')).doctorCommand(options)));

  return program;
}

function specCommands(program: Command, done: (code: number) => void): void {
  const spec = subcommand(program, 'spec')
    .summary("draft a task's spec.yaml, and find what is wrong with one")
    .description('What a task asks for, as criteria that can say no: drafted from an issue, and checked.')
    .addHelpText('after', '\nExamples:\n  assay spec init my-suite/tasks/a-task\n  assay spec lint my-suite');

  subcommand(spec, 'lint <path...>')
    .summary('find criteria that cannot fail, cannot pass, overlap or contradict')
    .description(
      'Reads specs as a run does and lists what is most likely not meant: criteria that accept everything or nothing, ' +
        'that say the same or the opposite, that nothing checks, and what is still to be filled in.',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A path is a task folder, a spec.yaml, or a suite, whose tasks are all looked at.

Examples:
  assay spec lint suites/quickstart
  assay spec lint my-suite/tasks/a-task
  assay spec lint spec.yaml --json | jq '.specs[].findings[] | select(.level == "error")'

Exit code 1 when there is a finding of level error, 2 when a spec cannot be used.`,
    )
    .action(async (paths, options) =>
      done(await (await import('./commands/spec-lint.ts')).specLintCommand(paths, options)),
    );

  subcommand(spec, 'init [task]')
    .summary('draft a spec.yaml from an issue and a repository')
    .description(
      "Drafts a spec from a task's instruction.md and environment/, or from an issue and a repository. Headings and " +
        "checkboxes of GitHub's Spec Kit and of plain issues are recognised. What a person must fill in is marked.",
    )
    .option('--from <file>', 'the issue, in Markdown; `-` for standard input')
    .option('--repo <dir>', "the repository; nothing of it is run (default: the task's environment/, else .)")
    .option('--out <file>', 'where to write the draft; `-` for standard output (default: spec.yaml)')
    .option('--force', 'overwrite the file')
    .option('--json', 'print what is to be filled in as JSON')
    .addHelpText(
      'after',
      `
Examples:
  assay spec init my-suite/tasks/a-task
  assay spec init --from issue.md --repo . --out spec.yaml
  assay spec init --from - --out - < issue.md`,
    )
    .action(async (task, options) =>
      done(await (await import('./commands/spec-init.ts')).specInitCommand(task, options)),
    );
}

function subcommand(program: Command, nameAndArgs: string): Command {
  return program.command(nameAndArgs).showHelpAfterError('(add --help for the options and examples)');
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function natural(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number from 0 to 1000000.');
  return number;
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 1000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return number;
}
