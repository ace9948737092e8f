import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChecksBench, openChecksBench } from './command-testing.ts';
import { runExportChecks } from './export.ts';
import { type ExportCase, expectExports } from './testing/export-cases.ts';

let bench: ChecksBench;
beforeAll(async () => {
  bench = await openChecksBench('python:3.11-slim-bookworm', { 'src/base.py': 'BASE = 1\n' });
});
afterAll(() => bench?.close());

const same = 'def slug(text: str, *, sep: str = "-") -> str:\n    return text\n';
const signature = "def slug(text: str, *, sep: str = '_') -> str";

const cases: ExportCase[] = [
  ['the same function', same, { signature }, 'pass'],
  ['any value, where no type is asked for', 'slug = 1\n', {}, 'pass'],
  [
    'another return type',
    same,
    { signature: signature.replace('-> str', '-> int') },
    'fail',
    /-> str, not .*-> int/,
  ],
  [
    'another name of a parameter',
    'def slug(line: str, *, sep: str = "-") -> str: return line\n',
    { signature },
    'fail',
  ],
  [
    'another kind of a parameter',
    'def slug(text: str, sep: str = "-") -> str: return text\n',
    { signature },
    'fail',
  ],
  ['no default', 'def slug(text: str, *, sep: str) -> str: return text\n', { signature }, 'fail'],
  [
    'one more parameter',
    'def slug(text: str, *, sep: str = "-", more: int = 1) -> str: return text\n',
    { signature },
    'fail',
  ],
  [
    'the same, where it only has to fit',
    'def slug(text: str, *, sep: str = "-", more: int = 1) -> str: return text\n',
    { signature, match: 'assignable' },
    'pass',
  ],
  [
    'a wider parameter',
    'def slug(text: str | None, *, sep: str = "-") -> str: return ""\n',
    { signature },
    'fail',
  ],
  [
    'nothing of that name',
    'def slugs(text: str) -> str: return text\n',
    { signature },
    'fail',
    /has no slug/,
  ],
  [
    'no annotations, and none asked for',
    'def slug(text, *, sep="-"): return text\n',
    { signature: 'def slug(text, *, sep=None)' },
    'pass',
  ],
  [
    'other parameters without annotations',
    'def slug(text, sep): return text\n',
    { signature: 'def slug(text)' },
    'fail',
  ],
  [
    'no annotation where one is asked for',
    'def slug(text, *, sep: str = "-") -> str: return text\n',
    { signature },
    'unknown',
    /annotation is missing/,
  ],
  [
    'Any',
    'from typing import Any\ndef slug(text: Any, *, sep: str = "-") -> str: return ""\n',
    { signature },
    'fail',
    /Any/,
  ],
  [
    'Any where no type is asked for',
    'from typing import Any\ndef slug(text: str, more: Any) -> Any: return ""\n',
    { signature: 'def slug(text: str, more)' },
    'pass',
  ],
  [
    'a list of Any',
    'def slug(text: list) -> None: ...\n',
    { signature: 'def slug(text: list[str]) -> None' },
    'fail',
    /Any/,
  ],
  [
    'async',
    'async def slug(text: str) -> str: return text\n',
    { signature: 'async def slug(text: str) -> str' },
    'pass',
  ],
  [
    'async, and not asked for',
    'async def slug(text): return text\n',
    { signature: 'def slug(text)' },
    'fail',
    /async/,
  ],
  [
    'a class of its own',
    'class Result: ...\ndef slug(text: str) -> Result: return Result()\n',
    { signature: 'def slug(text: str) -> Result' },
    'pass',
  ],
  [
    'a class as what makes it',
    'from dataclasses import dataclass\n@dataclass\nclass slug:\n    text: str\n    size: int = 0\n',
    { signature: 'def slug(text: str, size: int = 0)' },
    'pass',
  ],
  [
    'a class as a type',
    'class slug(Exception): ...\n',
    { kind: 'type', signature: 'Exception', match: 'assignable' },
    'pass',
  ],
  ['no type', 'slug = 1\n', { kind: 'type' }, 'fail', /no type/],
  [
    'an alias of a type',
    'slug = dict[str, list[int]]\n',
    { kind: 'type', signature: 'dict[str, list[int]]' },
    'pass',
  ],
  ['a value', 'slug: dict[str, int] = {}\n', { signature: 'dict[str, int]' }, 'pass'],
  ['another value', 'slug = [1]\n', { signature: 'list[str]' }, 'fail', /list\[int\], not list\[str\]/],
  ['a callable', 'def slug(text: str) -> int: return 1\n', { signature: 'Callable[[str], int]' }, 'pass'],
  [
    'a generic function',
    'from typing import TypeVar\nA = TypeVar("A")\ndef slug(items: list[A]) -> A: return items[0]\n',
    { signature: 'def slug(items: list[T]) -> T', preamble: "from typing import TypeVar\nT = TypeVar('T')" },
    'pass',
  ],
  [
    'a decorated function',
    'import functools\n@functools.cache\ndef other(): ...\n@functools.wraps(other)\ndef slug(text): ...\n',
    { signature: 'def slug(text: str) -> str' },
    'fail',
  ],
  [
    'types of the standard library',
    'import datetime, pathlib\ndef slug(day: datetime.date) -> pathlib.Path: return pathlib.Path()\n',
    { signature: 'def slug(day: datetime.date) -> pathlib.Path' },
    'pass',
  ],
  ['what is taken from another module', 'from helper import slug\n', { signature }, 'pass'],
  ['what comes from nowhere', 'from nowhere_at_all import slug\n', { signature }, 'unknown'],
  ['what does not parse', 'def slug(:\n', { signature }, 'unknown', /does not parse/],
  ['a signature that is none', same, { signature: 'def slug(' }, 'unknown', /signature cannot be used/],
  ['a signature of unknown names', same, { signature: 'def slug(text: Strng) -> str' }, 'unknown', /Strng/],
];

it('names are compared as mypy sees them', async () => {
  await expectExports(bench, cases, '.py', { 'src/helper.py': same });
});

const hostile: ExportCase[] = [
  [
    'what is there for type checkers alone',
    `from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def slug(text: str, *, sep: str = "-") -> str: ...\n`,
    { signature },
    'unknown',
    /type checkers/,
  ],
  [
    'and otherwise something else',
    `MYPY = False\nif MYPY:\n    def slug(text: str, *, sep: str = "-") -> str: ...\nelse:\n    def slug(*a): ...\n`,
    { signature },
    'unknown',
    /type checkers/,
  ],
  [
    'comments that switch mypy off',
    `# mypy: ignore-errors, follow-imports=skip, disallow-any-expr=False\ndef slug(text: int, *, sep: str = "-") -> str: ...\n`,
    { signature },
    'fail',
  ],
  [
    'a comment that hides the module from mypy',
    `# type: ignore\n${same}`,
    { signature },
    'unknown',
    /does not look at/,
  ],
  ['a name that is annotated and not bound', 'slug: str\n', { signature: 'str' }, 'unknown', /does not keep/],
  ['a name that is deleted', `${same}del slug\n`, { signature }, 'unknown', /does not keep/],
  [
    'two of one name',
    `import sys\nif len(sys.argv) > 9:\n    def slug(text: str, *, sep: str = "-") -> str: ...\nelse:\n    def slug(*a): ... # type: ignore\n`,
    { signature },
    'unknown',
    /more than once/,
  ],
  [
    'the same name twice, as the same',
    `try:\n    from helper import slug\nexcept ImportError:\n    def slug(text: str, *, sep: str = "-") -> str: return text\n`,
    { signature },
    'pass',
  ],
  [
    'overloads',
    `from typing import overload\n@overload\ndef slug(a: int) -> int: ...\n@overload\ndef slug(a: str) -> str: ...\ndef slug(a): return a\n`,
    { signature: 'Callable[[int], int]', match: 'assignable' },
    'pass',
  ],
  ['what only a stub tells of', 'from stubbed import slug\n', { signature }, 'unknown', /stub/],
  [
    'a type that cannot be found',
    same,
    { signature: 'def slug(text: nowhere.Text, *, sep: str) -> str' },
    'unknown',
    /cannot be/,
  ],
  [
    'names of builtins',
    `from typing import Any\nstr = Any\ndef slug(text: str, *, sep: str = "-") -> str: ...\n`,
    { signature },
    'fail',
    /Any/,
  ],
  [
    'code that runs when it is imported',
    `import os, sys\nprint('[{"answers": []}]')\nos._exit(0)\n${same}`,
    { signature: signature.replace('-> str', '-> int') },
    'fail',
  ],
  [
    'types without an end',
    `slug = ${'('.repeat(5000)}1${')'.repeat(5000)}\n`,
    { signature: 'int' },
    'unknown',
    /does not parse/,
  ],
];

it('nothing in a module or beside it changes how it is compared', async () => {
  await expectExports(bench, hostile, '.py', {
    'src/helper.py': same,
    'src/stubbed.pyi': 'def slug(text: str, *, sep: str = ...) -> str: ...\n',
    'mypy.ini': '[mypy]\nplugins = ./evil.py\nignore_errors = True\n',
    'evil.py': 'raise SystemExit(0)\n',
    'sitecustomize.py': 'raise SystemExit(0)\n',
    'json.py': 'raise SystemExit(0)\n',
    'mypy/__init__.py': 'raise SystemExit(0)\n',
  });
});

it('a stub beside the source does not count, nor does what stands in the place of the library', async () => {
  const ask = async (files: Record<string, string>, module: string) => {
    const given = { module, name: 'slug', match: 'equal', kind: 'value', signature } as const;
    const answers = await bench.ask({
      run: runExportChecks,
      files,
      checks: [{ id: 'a', given }],
      timeoutSec: 60,
    });
    return answers.a;
  };
  const lies = {
    'lies.py': 'slug = 1\n',
    'lies.pyi': 'def slug(text: str, *, sep: str = ...) -> str: ...\n',
  };
  expect(await ask(lies, 'lies.py')).toMatchObject({
    outcome: 'fail',
    message: expect.stringContaining('int'),
  });
  expect(await ask({}, 'none.py')).toMatchObject({ outcome: 'fail', message: 'there is no none.py' });
  const shadow = {
    'lies.py': 'slug = 1\n',
    'builtins.pyi': 'class str: ...\n',
    'typing.py': 'Any = object\n',
  };
  expect((await ask(shadow, 'lies.py'))?.outcome).not.toBe('pass');
  const twice = {
    'my-dir/odd.py': same,
    'pkg/__init__.py': '',
    'pkg/inner/deep.py': `from pkg.inner.two import slug\n`,
    'pkg/inner/two.py': same,
  };
  expect(await ask(twice, 'my-dir/odd.py')).toMatchObject({ outcome: 'pass' });
  expect(await ask(twice, 'pkg/inner/deep.py')).toMatchObject({ outcome: 'pass' });
});
