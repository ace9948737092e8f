import { gitSettings } from './git.ts';
import { startGitProcess } from './git-process.ts';
import type { ObjectId } from './object-id.ts';

interface StoredObject {
  type: string;
  /** Empty where only the type and size were asked for. */
  content: Buffer;
  size: number;
}

/** One living `git cat-file`; answers come in the order of the questions. null: no such object. */
export interface ObjectReader {
  contents(id: ObjectId): Promise<StoredObject | null>;
  info(id: ObjectId): Promise<StoredObject | null>;
  alive(): boolean;
  end(): Promise<void>;
}

interface Question {
  withContent: boolean;
  resolve: (object: StoredObject | null) => void;
  reject: (error: Error) => void;
}

export function startCatFile(gitDir: string): ObjectReader {
  const questions: Question[] = [];
  const args = [...gitSettings, 'cat-file', '--batch-command'];
  const git = startGitProcess('git cat-file', args, gitDir, (error) => {
    for (const question of questions.splice(0)) question.reject(error);
  });
  const parse = answerParser(
    (object) => questions.shift()?.resolve(object),
    () => questions[0]?.withContent ?? false,
  );
  git.child.stdout.on('data', parse);

  function ask(command: string, withContent: boolean): Promise<StoredObject | null> {
    return new Promise((resolve, reject) => {
      const failure = git.failure();
      if (failure) return reject(failure);
      questions.push({ withContent, resolve, reject });
      git.child.stdin.write(command);
    });
  }
  return {
    contents: (id) => ask(`contents ${id}\n`, true),
    info: (id) => ask(`info ${id}\n`, false),
    alive: git.alive,
    async end() {
      git.retire();
      git.child.stdin.end();
      await git.closed;
    },
  };
}

const lineFeed = 0x0a;

/** Feeds on git's output: `<id> <type> <size>`, where asked for the content and a line feed, or `<id> missing`. */
function answerParser(answer: (object: StoredObject | null) => void, wantsContent: () => boolean) {
  let rest: Buffer = Buffer.alloc(0);
  let open: { type: string; content: Buffer; filled: number } | null = null;
  return (chunk: Buffer) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = Buffer.alloc(0);
    while (data.length > 0) {
      if (open !== null) {
        const taken = data.copy(open.content, open.filled);
        open.filled += taken;
        data = data.subarray(taken);
        // The line feed behind the content belongs to the answer.
        if (open.filled < open.content.length || data.length === 0) continue;
        data = data.subarray(1);
        answer({ type: open.type, content: open.content, size: open.content.length });
        open = null;
        continue;
      }
      const end = data.indexOf(lineFeed);
      if (end < 0) {
        rest = data;
        return;
      }
      const [, type = '', size] = data.toString('latin1', 0, end).split(' ');
      data = data.subarray(end + 1);
      if (size === undefined) answer(null);
      else if (wantsContent()) open = { type, content: Buffer.allocUnsafe(Number(size)), filled: 0 };
      else answer({ type, content: Buffer.alloc(0), size: Number(size) });
    }
  };
}
