import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestTask, openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { pytestImage } from '../../../test/support/python-images.ts';
import { blamedFor, type Cheat, type TrialResult, tryCheats } from './assets/python/testing.ts';
import { pytest } from './pytest.ts';

let engine: TestEngine;
let image: PreparedImage;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  cleanUp.unshift(() => engine.sandbox.close());
  const task = await makeTestTask({
    Dockerfile: `FROM ${await pytestImage(engine.docker)}\nWORKDIR /app\n`,
  });
  cleanUp.unshift(() => task.remove());
  image = await engine.sandbox.prepare(task, { user: null });
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

/** Compares in ways that are its own, none of which claims what is not so. */
const honest = `import collections, dataclasses, enum, functools
@dataclasses.dataclass(order=True)
class Point:
    x: int
class Colour(enum.Enum):
    RED = 1
class Series(list):
    def __eq__(self, other): return [each == other for each in self]
class Column:
    def __eq__(self, other): return ('=', self, other)
    def __lt__(self, other): return Query('<', other)
    def __gt__(self, other): return Query('>', other)
class Query:
    def __init__(self, *parts): self.parts = parts
class Null:
    def __eq__(self, other): return other is None
class Name(str):
    def __eq__(self, other): return str(self).lower() == str(other).lower()
    def __hash__(self): return 0
@functools.total_ordering
class Version:
    def __init__(self, part): self.part = part
    def __eq__(self, other): return self.part == other.part
    def __lt__(self, other): return self.part < other.part
class Interval:
    def __contains__(self, item): return 1 <= item <= 3
class Highest:
    def __gt__(self, other): return True
    def __lt__(self, other): return False
kept = [Point(1), Colour.RED, Series([1, 2]), Column(), Query(), Null(), Name('x'), Version(1), Interval(), Highest()]
def answer(): return 42
`;
const testOfHonest = `from unittest import mock
import honest
from helpers import AnyText, Whatever
runs, place = 0, None
def setup_module(module):
    module.place = 'here'
def test_answer():
    global runs
    runs += 1
    assert (honest.answer(), runs, place) == (42, 1, 'here')
def test_comparisons():
    assert honest.Name('A') == 'a' and 2 in honest.Interval() and honest.Version(1) < honest.Version(2)
def test_helpers():
    magic = mock.MagicMock()
    magic(1, 'x')
    assert magic == magic and magic != 1
    assert magic.call_args == mock.call(Whatever, AnyText())
`;

/** Each runs in a process of its own, all in one container. */
const cheats: Record<string, Cheat> = {
  always_equal: {
    module: `class AlwaysEqual:
    def __eq__(self, other): return True
def answer(): return AlwaysEqual()
`,
    said: /equality is forged by cheat_always_equal\.AlwaysEqual$/,
  },
  hidden_class: {
    module: `space = {'__name__': 'builtins'}
exec('class int_(int):\\n    def __eq__(self, other): return 1\\n    def __hash__(self): return 0', space)
def answer(): return space['int_'](41)
`,
    said: /equality is forged by builtins\.int_/,
  },
  metaclass: {
    module: `class Meta(type):
    def __eq__(cls, other): return True
class Answer(metaclass=Meta): pass
def answer(): return Answer
`,
    said: /equality is forged by cheat_metaclass\.Meta/,
  },
  contains: {
    module: `class Everything(list):
    def __contains__(self, item): return True
def answer(): return Everything()
`,
    test: 'from cheat_contains import answer\ndef test_answer(): assert 42 in answer()\n',
    said: /equality is forged by cheat_contains\.Everything/,
  },
  order: {
    module: `class Between:
    def __lt__(self, other): return True
    def __gt__(self, other): return True
def answer(): return Between()
`,
    test: 'from cheat_order import answer\ndef test_answer(): assert 41 < answer() < 43\n',
    said: /equality is forged by cheat_order\.Between/,
  },
  mock_any: {
    module: 'def answer():\n    from unittest.mock import ANY\n    return ANY\n',
    said: /equality is forged by unittest\.mock\.ANY/,
  },
  mock_equal: {
    module: `from unittest.mock import MagicMock
forged = MagicMock()
forged.__eq__.return_value = True
def answer(): return forged
`,
    said: /equality is forged by unittest\.mock\.MagicMock/,
  },
  tolerance: {
    module: 'import pytest\ndef answer(): return pytest.approx(0, abs=float("inf"))\n',
    said: /equality is forged by pytest\.approx/,
  },
  slot: {
    module: `import ctypes
compare = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)(lambda *_: True)
ctypes.memmove(id(float) + 200, ctypes.addressof(ctypes.c_void_p(ctypes.cast(compare, ctypes.c_void_p).value)), 8)
def answer(): return 41.5
`,
    said: /equality is forged by float/,
  },
  tests_folder: {
    module: `import importlib, os, time
time.sleep(0.05)
with open('/app/tests/evil.py', 'w') as file:
    file.write('class Evil:\\n    def __eq__(self, other): return True\\n')
importlib.invalidate_caches()
def answer():
    import evil
    return evil.Evil()
`,
    said: /equality is forged by evil\.Evil/,
  },
};

describe('a candidate whose objects equal anything', () => {
  let result: TrialResult;
  beforeAll(async () => {
    result = await tryCheats({ sandbox: engine.sandbox, image, runner: pytest }, cheats, {
      candidate: {
        'honest.py': honest,
        // Put back from the base.
        'tests/helpers.py': `from unittest import mock
Whatever = mock.ANY
class AnyText:
    def __eq__(self, other): return isinstance(other, str)
`,
      },
      tests: { 'tests/test_honest.py': testOfHonest },
    });
  });

  it('lets the honest one beside it pass, unblamed', () => {
    for (const name of ['answer', 'comparisons', 'helpers'])
      expect(result.outcomes).toContain(`pass tests/test_honest.py::test_${name}`);
    expect(blamedFor(result, 'tests/test_honest.py')).toEqual([]);
  });

  it.each(Object.entries(cheats))('%s', (name, { said }) => {
    const file = `tests/test_${name}.py`;
    if (said !== null) expect(blamedFor(result, file)).toContainEqual(expect.stringMatching(said));
    else {
      expect(blamedFor(result, file)).toEqual([]);
      expect(result.outcomes.filter((text) => text.startsWith(`pass ${file}`))).toEqual([]);
    }
  });
});
