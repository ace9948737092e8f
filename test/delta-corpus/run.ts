import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../harness/domain/digest.ts';
import type { Finding } from '../../harness/domain/finding.ts';
import { defaultLimits } from '../../harness/domain/limits.ts';
import { openTestEngine } from '../../harness/sandbox/docker-testing.ts';
import { openStore } from '../../harness/store/git-store.ts';
import { openToolbox } from '../../harness/tools/open-toolbox.ts';
import { analyse } from '../../scorers/static/analyse.ts';
import type { ChosenTool } from '../../scorers/static/choose.ts';
import { matchFindings } from '../../scorers/static/delta/match.ts';
import { StaticEntry } from '../../scorers/static/options.ts';
import { parseApart } from '../../scorers/static/parse-apart.ts';
import { filePairs, regularFiles, sourceText } from '../../scorers/static/trees.ts';
import { treeOf } from '../../scorers/testing.ts';
import type { Case } from './corpus.ts';
import { type Judgement, judge } from './judge.ts';
import { corpusTool, isolated } from './tools.ts';

/** Runs cases through real tools, in containers, by way of the static scorer's own core. */
export interface CorpusRunner {
  /** Throws where the tool did not do its work. */
  run(tool: string, cases: readonly Case[]): Promise<Map<Case, Judgement>>;
  close(): Promise<void>;
}

type Texts = Record<string, string>;
type Side = 'before' | 'after';

/** The empty workspace: knip wants a package. No case has this very text, so that it is always laid. */
const workspace: Texts = { 'package.json': '{}\n' };
const ownPackage: Texts = { 'package.json': '{"name": "corpus"}\n' };

export async function openCorpusRunner(): Promise<CorpusRunner> {
  const engine = await openTestEngine();
  const dir = await mkdtemp(join(tmpdir(), 'assay-delta-'));
  const store = await openStore(join(dir, 'store'));
  const options = StaticEntry.parse({ name: 'static' });
  const read = (digest: string) => sourceText(store, digest, options.max_file_kb * 1024);
  const empty = await treeOf(store, workspace);
  const context = {
    workspace: {
      ref: engine.image,
      digest: sha256(''),
      workdir: '/app',
      user: { uid: 1000, gid: 1000 },
      origin: 'test',
    },
    sandbox: engine.sandbox,
    toolbox: openToolbox(),
    store,
    limits: defaultLimits,
    labels: { task: 'delta-corpus' },
    signal: new AbortController().signal,
  };

  async function findingsIn(tool: ChosenTool, texts: Texts): Promise<Finding[]> {
    const candidate = { base: empty, tree: await treeOf(store, texts) };
    const target = {
      context,
      candidate,
      diff: await store.diff(candidate.base, candidate.tree),
      baseFiles: await regularFiles(store, candidate.base),
      files: await regularFiles(store, candidate.tree),
      read,
    };
    const { analysis } = await analyse(tool, target, options, ({ adapter }, output, input) =>
      parseApart(adapter.name, output, input),
    );
    if (analysis.failure !== null) throw new Error(`${tool.label}: ${analysis.failure}`);
    return analysis.findings;
  }

  async function judged(
    one: Case,
    before: readonly Finding[],
    after: readonly Finding[],
  ): Promise<Judgement> {
    const base = await treeOf(store, one.before);
    const diff = await store.diff(base, await treeOf(store, one.after));
    const renames = diff.entries.flatMap((entry) =>
      entry.kind === 'written' && entry.from !== undefined ? [[entry.from, entry.path]] : [],
    );
    if (JSON.stringify(renames.sort()) !== JSON.stringify(Object.entries(one.renames).sort()))
      throw new Error(`${one.tool}/${one.name}: git takes as renamed ${JSON.stringify(renames)}`);
    const pairs = await filePairs({ base }, diff, await regularFiles(store, base), read, store);
    return judge(one, before, after, matchFindings(before, after, pairs));
  }

  return {
    async run(name, cases) {
      const tool = await corpusTool(name);
      const batches = isolated.has(name) ? cases.map((one) => [one]) : [cases];
      const results = new Map<Case, Judgement>();
      for (const batch of batches) {
        const isAlone = isolated.has(name);
        const before = await findingsIn(tool, laidOut(batch, 'before', isAlone));
        const after = await findingsIn(tool, laidOut(batch, 'after', isAlone));
        for (const one of batch)
          results.set(one, await judged(one, within(before, one, isAlone), within(after, one, isAlone)));
      }
      return results;
    },
    async close() {
      await store.close();
      await engine.sandbox.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Each case in a folder of its own, unless it is the only one. */
function laidOut(cases: readonly Case[], side: Side, isAlone: boolean): Texts {
  const texts = cases.flatMap((one) =>
    Object.entries(one[side]).map(([path, text]) => [isAlone ? path : `${folderOf(one)}${path}`, text]),
  );
  return { ...ownPackage, ...Object.fromEntries(texts) };
}

function within(findings: readonly Finding[], one: Case, isAlone: boolean): Finding[] {
  if (isAlone) return [...findings];
  const folder = folderOf(one);
  return findings.flatMap((finding) =>
    finding.path?.startsWith(folder) === true
      ? [{ ...finding, path: finding.path.slice(folder.length) }]
      : [],
  );
}

/** A name that is a package of Python too. */
function folderOf({ name }: Case): string {
  return `case_${name.replaceAll('-', '_')}/`;
}
