import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import type { z } from 'zod';
import { openTestEngine, outputText, type TestEngine } from '../../../../harness/sandbox/docker-testing.ts';
import { type LayerEntry, packLayer } from '../../../../harness/sandbox/layer.ts';
import { openToolbox } from '../../../../harness/tools/open-toolbox.ts';
import { toolsDir } from '../../../../harness/tools/toolbox.ts';
import { pathFilter } from '../../../path-filter.ts';
import {
  staticDir,
  staticLogs,
  type ToolAdapter,
  type ToolInput,
  type ToolOutput,
  type ToolReport,
} from '../../tool.ts';

const testWorkdir = '/app';

type Texts = Readonly<Record<string, string>>;

interface InputParts<Schema extends z.ZodType> {
  options?: z.input<Schema>;
  /** Files of the candidate. */
  files: Texts;
  /** Files of the base; by default those of the candidate. */
  base?: Texts;
  suite?: Texts;
}

/** What the core gives an adapter for these files. */
export function toolInput<Schema extends z.ZodType>(
  adapter: ToolAdapter<Schema>,
  { options, files, base = files, suite = {} }: InputParts<Schema>,
): ToolInput<z.infer<Schema>> {
  const parsed = adapter.options.parse(options ?? {});
  const isOwn = pathFilter(adapter.files(parsed));
  const isConfiguration = pathFilter(configurationOf(adapter, parsed));
  const names = adapter
    .packages(parsed)
    .map((each) => (typeof each === 'string' ? each : Object.values(each).join()));
  const textOf = (texts: Texts, path: string) => (Object.hasOwn(texts, path) ? (texts[path] ?? null) : null);
  return {
    workdir: testWorkdir,
    packages: new Map(names.map((name) => [name, `${toolsDir}/${name}`])),
    options: parsed,
    files: Object.keys(files)
      .filter((path) => isOwn(path) && (!isConfiguration(path) || Object.hasOwn(base, path)))
      .sort(),
    base: new Set(Object.keys(base)),
    baseFile: (path) => (isConfiguration(path) ? textOf(base, path) : null),
    suiteFile: (path) => {
      const text = textOf(suite, path);
      return text === null ? null : Buffer.from(text);
    },
  };
}

function configurationOf<Schema extends z.ZodType>(
  adapter: ToolAdapter<Schema>,
  options: z.infer<Schema>,
): string[] {
  return [...adapter.configuration, ...(adapter.moreConfiguration?.(options) ?? [])];
}

export interface ToolBench {
  engine: TestEngine;
  /** Runs the real tool as the core does: the base's configuration, an unprivileged user, no network. */
  run<Schema extends z.ZodType>(
    adapter: ToolAdapter<Schema>,
    parts: InputParts<Schema> & { mounts?: boolean; timeoutSec?: number },
  ): Promise<{ output: ToolOutput; report(): ToolReport }>;
}

const user = { uid: 1000, gid: 1000 };

/** Real tools on the real engine. */
export async function openToolBench(): Promise<ToolBench> {
  const engine = await openTestEngine();
  const toolbox = openToolbox();
  return {
    engine,
    async run(adapter, parts) {
      const input = toolInput(adapter, parts);
      const installed = await Promise.all(adapter.packages(input.options).map((name) => toolbox.get(name)));
      const plan = adapter.plan(input);
      const result = await engine.sandbox.run<string | null>({
        ...engine.request(''),
        command: plan.command,
        env: plan.env,
        workdir: testWorkdir,
        user,
        limits: {
          ...engine.request('').limits,
          memoryMb: 1024,
          pids: 256,
          timeoutSec: parts.timeoutSec ?? 60,
        },
        mounts: parts.mounts === false ? [] : installed.map(({ mount }) => mount),
        files: packLayer([
          ...workspace(parts, pathFilter(configurationOf(adapter, input.options))),
          { path: staticDir(adapter.name), type: 'dir' },
          ...plan.entries,
          { path: staticLogs, type: 'dir', ...user },
        ]),
        collect: async (stopped) => {
          const tar = plan.report === null ? null : await stopped.read(plan.report);
          return tar === null ? null : await onlyFile(tar);
        },
      });
      const output: ToolOutput = {
        exitCode: result.exitCode ?? -1,
        stdout: outputText(result.stdout),
        stderr: outputText(result.stderr),
        report: result.collected ?? null,
      };
      return { output, report: () => adapter.parse(output, input) };
    },
  };
}

function workspace(
  { files, base = files }: InputParts<z.ZodType>,
  isConfiguration: (path: string) => boolean,
) {
  const laid = Object.entries({
    ...Object.fromEntries(Object.entries(files).filter(([path]) => !isConfiguration(path))),
    ...Object.fromEntries(Object.entries(base).filter(([path]) => isConfiguration(path))),
  });
  const entries: LayerEntry[] = [{ path: testWorkdir, type: 'dir', ...user }];
  for (const [path, content] of laid) {
    const parts = path.split('/').slice(0, -1);
    for (const index of parts.keys())
      entries.push({ path: `${testWorkdir}/${parts.slice(0, index + 1).join('/')}`, type: 'dir', ...user });
    entries.push({ path: `${testWorkdir}/${path}`, type: 'file', content, ...user });
  }
  return entries;
}

async function onlyFile(tar: Readable): Promise<string | null> {
  for await (const member of tar.pipe(extract()))
    if (member.header.type === 'file') return await text(member);
  return null;
}
