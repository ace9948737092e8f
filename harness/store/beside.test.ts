import { expect, it } from 'vitest';
import type { Candidate } from '../domain/candidate.ts';
import { ContainerStateManifest } from '../domain/container-state.ts';
import { canonicalJson } from '../domain/digest.ts';
import { besideWith } from './beside.ts';
import type { FileContent, Store } from './store.ts';
import { contentsOf, file, treeOf, withStore } from './testing.ts';

const stat = { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 };
const spec = { artifacts: [{ source: '/app/src', destination: null, exclude: [] }] };
const text = (content: string, mode: FileContent['mode'] = '100644'): FileContent => ({
  mode,
  content: Buffer.from(content),
});

async function candidateOf(store: Store, over: Partial<Candidate>): Promise<Candidate> {
  const base = await treeOf(store, [file('src/old', 'old'), file('README', 'r')]);
  return { base, tree: base, diff: stat, artifacts: null, state: null, ...over };
}

it('changes the artifacts that lie in the workspace, and no others', () =>
  withStore(async (store) => {
    const taken = await treeOf(store, [file('src/a', '1'), file('src/b', '2')]);
    const artifacts = await store.compose([
      { path: 'app', tree: taken },
      { path: 'logs/artifacts', tree: taken },
    ]);
    const candidate = await candidateOf(store, { artifacts });
    const change = (changes: [string, FileContent | null][]) =>
      besideWith(store, candidate, { spec, workdir: '/app' }, new Map(changes));
    const changed = await change([
      ['src/a', text('one')],
      ['src/b', null],
      ['src/c', text('new', '100755')],
      ['src/none', null],
      ['README', text('no artifact')],
    ]);
    expect(changed.state).toBeNull();
    expect(await contentsOf(store, changed.artifacts ?? '')).toEqual({
      'app/src/a': 'one',
      'app/src/c*': 'new',
      'logs/artifacts/src/a': '1',
      'logs/artifacts/src/b': '2',
    });
    expect((await change([['README', text('x')]])).artifacts).toBe(artifacts);
    expect((await change([])).artifacts).toBe(artifacts);
  }));

it('changes the state, with the owners that it has', () =>
  withStore(async (store) => {
    const owned = { uid: 7, gid: 8 };
    const digest = await store.putBlob('x');
    const manifest: ContainerStateManifest = {
      version: 1,
      deletions: ['/app/README', '/etc/gone'],
      entries: [
        { type: 'file', path: '/app/src/a', ...owned, mode: 0o600, digest, bytes: 1 },
        { type: 'file', path: '/app/src/b', ...owned, mode: 0o644, digest, bytes: 1 },
        { type: 'file', path: '/etc/app.conf', ...owned, mode: 0o644, digest, bytes: 1 },
      ],
    };
    const candidate = await candidateOf(store, { state: await store.putBlob(canonicalJson(manifest)) });
    const { artifacts, state } = await besideWith(
      store,
      candidate,
      { spec, workdir: '/app' },
      new Map([
        ['src/a', text('mutant', '100755')],
        ['src/b', null],
        ['src/old', null],
        ['README', text('back')],
        ['src/l', text('a', '120000')],
      ]),
    );
    expect(artifacts).toBeNull();
    const changed = ContainerStateManifest.parse(JSON.parse(String(await store.readBlob(state ?? ''))));
    expect(changed.deletions).toEqual(['/app/src/old', '/etc/gone']);
    expect(changed.entries).toMatchObject([
      { path: '/app/README', type: 'file', uid: 0, gid: 0, mode: 0o644, bytes: 4 },
      { path: '/app/src/a', type: 'file', ...owned, mode: 0o755, bytes: 6 },
      { path: '/app/src/l', type: 'link', target: 'a' },
      { path: '/etc/app.conf', type: 'file', digest },
    ]);
  }));
