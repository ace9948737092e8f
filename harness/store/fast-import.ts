import { createInterface } from 'node:readline';
import { messageOf } from '../domain/errors.ts';
import { quoteC } from './c-quote.ts';
import { gitFailed, gitSettings } from './git.ts';
import { startGitProcess } from './git-process.ts';
import type { ObjectId } from './object-id.ts';
import type { FileMode } from './store.ts';

/** One path to set, to a file or with mode 040000 to a whole tree, or with null to take out of a tree. */
export interface TreeEdit {
  path: string;
  file: { mode: FileMode | '040000'; id: ObjectId } | null;
}

/**
 * One living `git fast-import`. After it died every call rejects with the same AssayError: what was handed to it
 * and not made durable is lost, so a caller must stay with one importer from its first object to `durable`.
 */
export interface FastImport {
  /** Resolves when git has taken the blob; it is stored for good after `durable`. */
  blob(content: Uint8Array): Promise<void>;
  /** The same for content that is not in memory; `chunks` must yield exactly `bytes` bytes. */
  blobFrom(bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes `base` with the edits applied and returns the tree's id. Deletions come first. */
  tree(base: ObjectId | null, edits: readonly TreeEdit[]): Promise<ObjectId>;
  /** Resolves when all that was handed over before is on disk. Concurrent callers share one checkpoint. */
  durable(): Promise<void>;
  alive(): boolean;
  /** Ends the process after what is under way. */
  end(): Promise<void>;
}

// Small packs become loose objects, so that thousands of small writes do not leave thousands of packs.
const unpackLimit = 100;
const settings = [
  ...gitSettings,
  ...['-c', `fastimport.unpackLimit=${unpackLimit}`],
  // Cheap compression, and files beyond this are streamed to disk instead of held in memory.
  ...['-c', 'core.compression=1', '-c', 'pack.compression=1', '-c', 'core.bigFileThreshold=8m'],
];

const textChunk = 1 << 20;

export function startFastImport(gitDir: string): FastImport {
  const answers: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const drains = new Set<{ resolve: () => void; reject: (error: Error) => void }>();
  const args = [...settings, 'fast-import', '--quiet', '--force', '--depth=0'];
  const git = startGitProcess('git fast-import', args, gitDir, (error) => {
    for (const waiting of answers.splice(0)) waiting.reject(error);
    for (const waiting of drains) waiting.reject(error);
    drains.clear();
  });
  const { child } = git;
  createInterface({ input: child.stdout }).on('line', (line) => answers.shift()?.resolve(line));
  child.stdin.on('drain', () => {
    for (const waiting of drains) waiting.resolve();
    drains.clear();
  });

  function write(chunk: string | Uint8Array): Promise<void> {
    const failure = git.failure();
    if (failure) return Promise.reject(failure);
    if (child.stdin.write(chunk)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      drains.add({ resolve, reject });
    });
  }
  function answer(): Promise<string> {
    return new Promise((resolve, reject) => {
      const failure = git.failure();
      if (failure) reject(failure);
      else answers.push({ resolve, reject });
    });
  }

  let last: Promise<unknown> = Promise.resolve();
  /** Commands of several lines must not be torn apart by another caller's. */
  function exclusive<T>(command: () => Promise<T>): Promise<T> {
    const run = last.then(command);
    last = run.catch(messageOf);
    return run;
  }

  async function writeBlob(content: Uint8Array): Promise<void> {
    child.stdin.cork();
    const taken = [write(`blob\ndata ${content.byteLength}\n`), write(content), write('\n')];
    child.stdin.uncork();
    await Promise.all(taken);
  }

  async function writeBlobFrom(bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let left = bytes;
    try {
      await write(`blob\ndata ${bytes}\n`);
      for await (const chunk of chunks) {
        left -= chunk.byteLength;
        if (left < 0) throw new RangeError('more content than announced');
        await write(chunk);
      }
      if (left > 0) throw new RangeError('less content than announced');
      await write('\n');
    } catch (error) {
      // Git waits for the announced bytes: nothing sensible can follow on this stream.
      child.kill('SIGKILL');
      throw git.fail(gitFailed('handing a file to git', messageOf(error), gitDir, error));
    }
  }

  async function writeTree(base: ObjectId | null, edits: readonly TreeEdit[]): Promise<ObjectId> {
    let text = 'reset refs/assay\n\ncommit refs/assay\ncommitter assay <> 0 +0000\ndata 0\n\n';
    if (base !== null) text += `M 040000 ${base} ""\n`;
    for (const edit of [...edits.filter((e) => e.file === null), ...edits.filter((e) => e.file !== null)]) {
      if (text.length > textChunk) {
        await write(text);
        text = '';
      }
      text +=
        edit.file === null
          ? `D ${quoteC(edit.path)}\n`
          : `M ${edit.file.mode} ${edit.file.id} ${quoteC(edit.path)}\n`;
    }
    const root = answer();
    // The branch is forgotten again: only the tree is wanted, and no reference is ever written.
    const [line] = await Promise.all([root, write(`${text}ls ""\n\nreset refs/assay\n\n`)]);
    const id = /^040000 tree ([0-9a-f]{64})\t/.exec(line)?.[1];
    if (id === undefined)
      throw gitFailed(`git fast-import: unexpected answer ${JSON.stringify(line)}`, git.stderr(), gitDir);
    return id;
  }

  async function checkpoint(): Promise<void> {
    const progress = await exclusive(async () => {
      const line = answer();
      // Marked as handled: the write's own rejection may come first.
      line.catch(messageOf);
      await write('checkpoint\n\nprogress durable\n');
      return { line };
    });
    await progress.line;
  }
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;

  return {
    blob: (content) => exclusive(() => writeBlob(content)),
    blobFrom: (bytes, chunks) => exclusive(() => writeBlobFrom(bytes, chunks)),
    tree: (base, edits) => exclusive(() => writeTree(base, edits)),
    durable() {
      next ??= running.then(() => {
        next = null;
        const done = checkpoint();
        running = done.catch(messageOf);
        return done;
      });
      return next;
    },
    alive: git.alive,
    async end() {
      git.retire();
      await exclusive(async () => {
        child.stdin.end();
      });
      await git.closed;
    },
  };
}
