import { describe, expect, it } from 'vitest';
import { context } from './testing.ts';
import { mergeCargo, mergePyproject } from './toml.ts';

const merge = (base: string | null, candidate: string | null) => mergePyproject(base, candidate, context);

const base = `[project]
name = "app"
dependencies = ["a"]

# How the tests run.
[tool.pytest.ini_options]
addopts = "-q"

[tool.ruff]
line-length = 100

[tool.coverage.run]
branch = true
`;

describe('pyproject.toml', () => {
  it('is the candidate’s, byte for byte, where it left the tests alone', () => {
    const candidate = base
      .replace('["a"]', '["a", "b"] # new')
      .replace('100', '120')
      .replace('-q"', '-q" # quiet');
    expect(merge(base, candidate)).toBe('candidate');
    expect(
      merge(
        base,
        base.replace(
          '[tool.pytest.ini_options]\naddopts = "-q"',
          '[tool.pytest]\nini_options.addopts = "-q"',
        ),
      ),
    ).toBe('candidate');
  });

  it('gets its test sections back, the rest staying byte for byte', () => {
    const candidate = base
      .replace('["a"]', '["a", "b"] # new')
      .replace('"-q"', '"-p evil"')
      .replace('[tool.coverage.run]\nbranch = true\n', '[tool.uv.sources]\npytest = { path = "evil" }');
    expect(merge(base, candidate)).toEqual({
      text: `[project]
name = "app"
dependencies = ["a", "b"] # new

# How the tests run.
[tool.pytest.ini_options]
addopts = "-q"

[tool.coverage.run]
branch = true
[tool.ruff]
line-length = 100

`,
    });
  });

  it('gets back what was removed, and loses what was added', () => {
    expect(merge(base, '[project]\nname = "b"')).toEqual({
      text: '[project]\nname = "b"\n[tool.pytest.ini_options]\naddopts = "-q"\n\n[tool.coverage.run]\nbranch = true\n',
    });
    expect(
      merge('[project]\nname = "a"\n', '[project]\nname = "b"\n[tool.pytest.ini_options]\na = 1\n'),
    ).toEqual({
      text: '[project]\nname = "b"\n',
    });
    expect(merge(null, '[tool.pytest.ini_options]\na = 1\n[project]\n')).toEqual({ text: '[project]\n' });
    expect(merge(base, null)).toEqual({
      text: '[tool.pytest.ini_options]\naddopts = "-q"\n\n[tool.coverage.run]\nbranch = true\n',
    });
    expect(merge('[project]\nname = "a"\n', null)).toBe('candidate');
  });

  it.each([
    ['a dotted key in another table', `${base}[tool]\nuv.sources = 1\n`],
    ['an inline table', 'tool = { pytest = { ini_options = { addopts = "-p evil" } } }\n'],
    ['a dotted key at the top', 'tool.pytest.ini_options.addopts = "-p evil"\n'],
    ['a quoted header', '[tool."pytest".ini_options]\na = 1\n[tool]\n"pytest" = 1\n'],
    ['no TOML', '[project\n'],
    ['a table twice', '[project]\n[project]\n'],
    ['too many dots', `[${'a.'.repeat(200)}a]\n`],
    ['too long', `# ${'x'.repeat(70_000)}\n`],
  ])('is the base’s as a whole for %s', (_what, candidate) => {
    expect(merge(base, candidate)).toBe('base');
  });

  it('knows a quoted header and spaces for what they are', () => {
    expect(merge('[project]\n', '[project]\n[ tool . "pytest" . ini_options ]\na = 1\n')).toEqual({
      text: '[project]\n',
    });
  });

  it('does not take what merely looks like a header', () => {
    const text = '[project]\ndescription = """\n[tool.pytest.ini_options]\naddopts = "x"\n"""\n';
    expect(merge('[project]\n', text)).toBe('candidate');
    expect(merge(`[project]\n[tool.uv]\na = 1\n`, text)).toEqual({ text: `${text}[tool.uv]\na = 1\n` });
  });
});

describe('Cargo.toml', () => {
  const cargo = '[package]\nname = "a"\n[dependencies]\n[dev-dependencies]\nx = "1"\n';

  it('is the candidate’s but for tests and patches', () => {
    expect(mergeCargo(cargo, cargo.replace('[dependencies]', '[dependencies]\nb = "1"'), context)).toBe(
      'candidate',
    );
    const evil = `${cargo.replace('x = "1"', 'x = { path = "evil" }')}[[test]]\nname = "it"\nharness = false\n[patch.crates-io]\ny = { path = "evil" }\n`;
    expect(mergeCargo(cargo, evil.replace('"a"', '"b"'), context)).toEqual({
      text: cargo.replace('"a"', '"b"'),
    });
  });

  it.each(['autotests = false', 'name = "a"\n[lib]\ntest = false', 'name = "a"\n[lib]\nharness = false'])(
    'is the base’s as a whole for %s',
    (line) => {
      expect(mergeCargo(cargo, cargo.replace('name = "a"', line), context)).toBe('base');
    },
  );
});
