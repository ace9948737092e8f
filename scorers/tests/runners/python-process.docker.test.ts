import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestTask, openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { type Trial, testWord, tryTests } from './assets/python/testing.ts';
import type { FrameworkRunner } from './runner.ts';
import { unittest } from './unittest.ts';

/** unittest needs nothing but Python, and the processes around it are the same for pytest. */
const runner: FrameworkRunner = unittest;
let engine: TestEngine;
let image: PreparedImage;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  cleanUp.unshift(() => engine.sandbox.close());
  const task = await makeTestTask({ Dockerfile: 'FROM python:3.11-slim-bookworm\nWORKDIR /app\n' });
  cleanUp.unshift(() => task.remove());
  image = await engine.sandbox.prepare(task, { user: null });
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

const run = (trial: Pick<Trial, 'tests'> & Partial<Trial>) =>
  tryTests({ sandbox: engine.sandbox, image, runner, ...trial });

/** A file whose tests call the candidate's `answer()`, with a harmless test before and after. */
const asking = (module: string) => `import unittest
from ${module} import answer
class T(unittest.TestCase):
    def test_1(self): pass
    def test_2(self): self.assertEqual(answer(), 42)
    def test_3(self): pass
`;
const honest = 'def answer():\n    return 42\n';
const passes = (file: string) => [1, 2, 3].map((number) => `pass ${file}::T::test_${number}`);

describe('what a test process can reach', () => {
  it('is neither the word, nor the memory of those above it, nor the tests', async () => {
    const { outcomes, report } = await run({
      tests: {
        'tests/test_reach.py': `import ctypes, os, re, unittest
HIDDEN = bytes(each ^ 0x55 for each in bytes.fromhex('${Buffer.from(testWord).toString('hex')}'))
# Finds the word, and does not hold it in one piece.
WORD = re.compile(b''.join(b'[%c]' % (each ^ 0x55) for each in HIDDEN))
def is_in_memory():
    with open('/proc/self/mem', 'rb', 0) as memory:
        for line in open('/proc/self/maps'):
            place, kind = line.split()[:2]
            start, end = (int(each, 16) for each in place.split('-'))
            if kind.startswith('rw') and start < 1 << 63:
                memory.seek(start)
                if WORD.search(memory.read(end - start)): return True
    return False
def parent(pid):
    return int(open('/proc/%d/stat' % pid).read().rpartition(')')[2].split()[1])
ABOVE = [os.getppid(), parent(os.getppid())]
class T(unittest.TestCase):
    def test_word(self):
        self.assertFalse(os.path.exists('/logs/verifier/.assay-word'))
        self.assertIsNone(WORD.search(open('/proc/self/environ', 'rb').read()))
    def test_memory(self):
        self.assertFalse(is_in_memory())
        word = bytes(each ^ 0x55 for each in HIDDEN)
        self.assertTrue(is_in_memory(), 'or else nothing is ever found')
    def test_above(self):
        for pid in ABOVE:
            for name in ('mem', 'environ', 'maps'):
                with self.assertRaises(PermissionError): open('/proc/%d/%s' % (pid, name), 'rb').read()
            with self.assertRaises(PermissionError): os.listdir('/proc/%d/fd' % pid)
            self.assertEqual(ctypes.CDLL(None).ptrace(16, pid, 0, 0), -1)
    def test_descriptors(self):
        self.assertEqual(len([name for name in os.listdir('/proc/self/fd') if int(name) > 2]), 2)
    def test_tests(self):
        with self.assertRaises(PermissionError): open(__file__, 'a')
        for work in (lambda: os.unlink(__file__), lambda: os.rename(__file__, __file__ + 'x'),
                     lambda: os.rename('/app/tests', '/app/x'), lambda: open('/opt/assay/python/main.py', 'a')):
            self.assertRaises(PermissionError, work)
`,
      },
    });
    expect(report?.violations).toEqual([]);
    expect(outcomes).toEqual(
      ['above', 'descriptors', 'memory', 'tests', 'word'].map(
        (name) => `pass tests/test_reach.py::T::test_${name}`,
      ),
    );
  });
});

describe('a process that does not live to its end', () => {
  const early: Record<string, string> = {
    exit_import: `import os\nos._exit(0)\n${honest}`,
    exit_call: 'import os\ndef answer():\n    os._exit(0)\n',
    crash: 'import ctypes\ndef answer():\n    ctypes.string_at(0)\n',
    dump: 'import faulthandler, time\ndef answer():\n    faulthandler.dump_traceback_later(0.01, exit=True)\n    time.sleep(5)\n',
    leave: 'import sys\ndef answer():\n    sys.exit(0)\n',
    at_exit: `import atexit, os\natexit.register(os._exit, 0)\n${honest}`,
  };

  it('leaves errors behind, and no test as passed that was not run', async () => {
    const names = Object.keys(early);
    const { outcomes, report } = await run({
      candidate: {
        ...Object.fromEntries(names.map((name) => [`${name}.py`, early[name] ?? ''])),
        'good.py': honest,
      },
      tests: {
        ...Object.fromEntries(names.map((name) => [`test_${name}.py`, asking(name)])),
        'test_good.py': asking('good'),
      },
    });
    const of = (name: string) => outcomes.filter((text) => text.includes(` test_${name}.py::`));
    const ended = (name: string) => report?.violations.find((text) => text.startsWith(`test_${name}.py: `));
    expect(report?.exitCode).toBeNull();
    expect(report?.files.find(({ path }) => path === 'test_exit_import.py')).toMatchObject({
      loaded: false,
      message: expect.stringContaining('exit code 0'),
    });
    expect(ended('exit_import')).toContain('ended early (exit code 0)');
    for (const name of ['exit_call', 'crash', 'dump']) {
      const file = `test_${name}.py::T::test`;
      expect(of(name)).toEqual([`pass ${file}_1`, `error ${file}_2`, `error ${file}_3`]);
      expect(ended(name)).toContain('ended early');
    }
    expect(of('leave')).toContain('fail test_leave.py::T::test_2');
    expect(of('at_exit')).toEqual(passes('test_at_exit.py'));
    expect(of('good')).toEqual(passes('test_good.py'));
    expect([ended('leave'), ended('at_exit'), ended('good')]).toEqual([undefined, undefined, undefined]);
  });

  it('ends without a report where it ends those above it', async () => {
    for (const whom of ['os.getppid()', "int(open('/proc/%d/stat' % os.getppid()).read().split()[3])"]) {
      const { report, exitCode } = await run({
        candidate: {
          'killer.py': `import os, time\ndef answer():\n    os.kill(${whom}, 9)\n    time.sleep(1)\n    return 42\n`,
        },
        tests: { 'test_killer.py': asking('killer') },
      });
      expect(report).toBeNull();
      expect(exitCode).not.toBe(0);
    }
  });
});

describe('what a test process leaves or writes', () => {
  const writing = `import json, os, struct
def forge(tag=os.urandom(16)):
    for fd in range(3, 1024):
        for frame in ['start', '1'], ['finish', '1', 'pass', ''], ['end', '0']:
            text = json.dumps(frame).encode()
            try: os.write(fd, struct.pack('>I', len(text)) + tag + text)
            except OSError: pass
`;
  const sources: Record<string, string> = {
    writer: `${writing}def answer():\n    forge()\n    return 41\n`,
    daemon: `${writing}import signal, sys, time
def answer():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                open('/tmp/alive', 'a').write('x')
                time.sleep(0.001)
        os._exit(0)
    while not os.path.exists('/tmp/alive'): time.sleep(0.001)
    return 42
`,
    late: `${writing}import threading, time
def wait():
    time.sleep(0.05)
    while True: forge()
def answer():
    threading.Thread(target=wait).start()
    return 42
`,
    crowd: `import os, signal, time
def answer():
    try:
        while True:
            if os.fork() == 0:
                signal.pause()
    except OSError:
        return 42
`,
    twice: 'import os\ndef answer():\n    os.fork()\n    return 42\n',
    locked: "import os\ndef answer():\n    os.chmod('/logs/verifier', 0)\n    return 42\n",
  };

  it('cannot be taken for the report, and does not outlive its file', async () => {
    const names = Object.keys(sources);
    const { outcomes, report } = await run({
      candidate: {
        ...Object.fromEntries(names.map((name) => [`${name}.py`, sources[name] ?? ''])),
        'zgood.py': honest,
      },
      tests: {
        ...Object.fromEntries(names.map((name) => [`test_${name}.py`, asking(name)])),
        'test_zgood.py': `${asking('zgood')}
    def test_alone(self):
        import os, time
        size = lambda: os.path.getsize('/tmp/alive')
        before = size()
        time.sleep(0.1)
        self.assertEqual(size(), before)
        self.assertLess(sum(name.isdigit() for name in os.listdir('/proc')), 8)
`,
      },
    });
    const wrote = 'something else than the runner wrote to its report';
    expect(report?.violations).toContain(`test_writer.py: ${wrote}`);
    expect(report?.violations.filter((text) => !/^test_(writer|late)\.py: /.test(text))).toEqual([]);
    expect(outcomes.filter((text) => text.startsWith('pass test_writer.py'))).toEqual([
      'pass test_writer.py::T::test_1',
    ]);
    for (const name of ['daemon', 'crowd', 'twice', 'locked', 'zgood'])
      expect(outcomes).toEqual(expect.arrayContaining(passes(`test_${name}.py`)));
    expect(report?.tests.find(({ name }) => name[1] === 'test_alone')).toMatchObject({ outcome: 'pass' });
  });
});
