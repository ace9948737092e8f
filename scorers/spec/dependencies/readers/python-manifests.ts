import {
  type Declared,
  entriesOf,
  fieldOf,
  hashKey,
  listOf,
  type Manifest,
  recordOf,
  textOf,
  Unreadable,
} from '../model.ts';
import { normalName, pypiRange, requirement } from './python-names.ts';

/**
 * A requirements file: https://pip.pypa.io/en/stable/reference/requirements-file-format/. Options, such as other indexes
 * and other files, steer what is installed.
 */
export function readRequirements(lines: readonly string[]): Manifest {
  const declared: Declared[] = [];
  const steering: Record<string, string> = {};
  const section = 'requirements';
  for (const line of joined(lines)) {
    const comment = line.search(/(?:^|\s)#/);
    const plain = (comment < 0 ? line : line.slice(0, comment)).trim();
    if (plain === '') continue;
    if (plain.startsWith('-')) {
      declared.push(...optionOf(plain, steering));
      continue;
    }
    const [main = '', ...options] = plain.split(/\s(?=--)/);
    const parsed = requirement(main, section);
    // Else a path or a URL.
    declared.push(parsed ?? { name: main.trim(), section, spec: main.trim(), range: null });
    if (parsed !== null && options.length > 0)
      steering[`${hashKey}${parsed.name} ${parsed.spec}`] = options
        .map((each) => each.trim())
        .toSorted()
        .join(' ');
  }
  return { kind: 'manifest', declared, steering, scripts: {} };
}

/** A line that ends in a backslash goes on in the next. */
function joined(lines: readonly string[]): string[] {
  const whole: string[] = [];
  let open: string[] = [];
  for (const line of lines) {
    if (line.endsWith('\\')) open.push(line.slice(0, -1));
    else {
      whole.push([...open, line].join(' '));
      open = [];
    }
  }
  return open.length > 0 ? [...whole, open.join(' ')] : whole;
}

function optionOf(line: string, steering: Record<string, string>): Declared[] {
  const editable = /^(?:-e|--editable)[\s=]+(.+)$/.exec(line)?.[1];
  if (editable !== undefined) return [{ name: editable, section: 'requirements', spec: line, range: null }];
  steering[line] = 'option';
  return [];
}

/** `pyproject.toml`: PEP 621, PEP 735, the build's own requirements and Poetry's tables. */
export function readPyproject(document: unknown): Manifest {
  const value = recordOf(document, 'pyproject.toml');
  const declared = [
    ...requirements(fieldOf(value, 'project', 'dependencies'), 'dependencies'),
    ...entriesOf(fieldOf(value, 'project', 'optional-dependencies')).flatMap(([extra, list]) =>
      requirements(list, `optional ${extra}`),
    ),
    ...entriesOf(fieldOf(value, 'dependency-groups')).flatMap(([group, list]) =>
      requirements(list, `group ${group}`),
    ),
    ...requirements(fieldOf(value, 'build-system', 'requires'), 'build-system'),
    ...poetry(fieldOf(value, 'tool', 'poetry', 'dependencies'), 'dependencies'),
    ...poetry(fieldOf(value, 'tool', 'poetry', 'dev-dependencies'), 'dev-dependencies'),
    ...entriesOf(fieldOf(value, 'tool', 'poetry', 'group')).flatMap(([group, table]) =>
      poetry(fieldOf(table, 'dependencies'), `group ${group}`),
    ),
    ...requirements(fieldOf(value, 'tool', 'uv', 'dev-dependencies'), 'uv dev'),
    ...entriesOf(fieldOf(value, 'tool', 'pdm', 'dev-dependencies')).flatMap(([group, list]) =>
      requirements(list, `pdm ${group}`),
    ),
    ...entriesOf(fieldOf(value, 'tool', 'hatch', 'envs')).flatMap(([environment, table]) =>
      ['dependencies', 'extra-dependencies'].flatMap((key) =>
        requirements(fieldOf(table, key), `hatch ${environment}`),
      ),
    ),
  ];
  const steers = [
    ['tool', 'uv', 'sources'],
    ['tool', 'uv', 'index'],
    ['tool', 'uv', 'index-url'],
    ['tool', 'uv', 'extra-index-url'],
    ['tool', 'uv', 'find-links'],
    ['tool', 'uv', 'override-dependencies'],
    ['tool', 'uv', 'constraint-dependencies'],
    ['tool', 'poetry', 'source'],
    ['tool', 'poetry', 'build'],
    ['tool', 'pdm', 'source'],
    ['tool', 'hatch', 'metadata'],
    ['tool', 'hatch', 'build', 'hooks'],
    ['tool', 'setuptools', 'dynamic', 'dependencies'],
    ['project', 'dynamic'],
    ['build-system', 'build-backend'],
    ['build-system', 'backend-path'],
  ];
  const steering = steers.flatMap((path): [string, string][] => {
    const given = fieldOf(value, ...path);
    return given === undefined ? [] : [[path.join('.'), JSON.stringify(given)]];
  });
  return { kind: 'manifest', declared, steering: Object.fromEntries(steering), scripts: {} };
}

function requirements(list: unknown, section: string): Declared[] {
  return listOf(list).map((each) => {
    // Groups include each other by a table.
    if (typeof each !== 'string')
      return { name: JSON.stringify(each), section, spec: JSON.stringify(each), range: null };
    const parsed = requirement(each, section);
    if (parsed === null) throw new Unreadable(`${section} holds what is no requirement`);
    return parsed;
  });
}

/** https://python-poetry.org/docs/dependency-specification/: text, a table with `version`, or several of these. */
function poetry(table: unknown, section: string): Declared[] {
  return entriesOf(table).flatMap(([name, given]) => {
    if (name.toLowerCase() === 'python') return [];
    const version = textOf(given) ?? textOf(fieldOf(given, 'version'));
    const keys = entriesOf(given).map(([key]) => key);
    const isElsewhere = keys.some((key) => ['git', 'path', 'url', 'source', 'file'].includes(key));
    return [
      {
        name: normalName(name),
        section,
        spec: typeof given === 'string' ? given.trim() : JSON.stringify(given),
        range: version === null || isElsewhere ? null : poetryRange(version),
      },
    ];
  });
}

/** Poetry's `^` and `~` as clauses of PEP 440; null where it is neither. */
export function poetryRange(spec: string): string | null {
  const plain = spec.replace(/\s+/g, '');
  if (plain === '*') return '';
  const short = /^([~^])(\d+(?:\.\d+)*)$/.exec(plain);
  if (short === null) return pypiRange(/^\d/.test(plain) ? `==${plain}` : plain);
  const [, sign, version = ''] = short;
  const parts = version.split('.').map(Number);
  const first = parts.findIndex((part) => part > 0);
  const kept = sign === '~' ? Math.min(1, parts.length - 1) : first < 0 ? parts.length - 1 : first;
  const next = parts.slice(0, kept + 1).map((part, index) => (index === kept ? part + 1 : part));
  return `>=${version},<${next.join('.')}`;
}

/** `Pipfile`. */
export function readPipfile(document: unknown): Manifest {
  const value = recordOf(document, 'Pipfile');
  const declared = ['packages', 'dev-packages'].flatMap((section) =>
    entriesOf(fieldOf(value, section)).map(([name, given]): Declared => {
      const version = textOf(given) ?? textOf(fieldOf(given, 'version'));
      const isElsewhere = entriesOf(given).some(([key]) =>
        ['git', 'path', 'file', 'index', 'editable'].includes(key),
      );
      return {
        name: normalName(name),
        section,
        spec: typeof given === 'string' ? given.trim() : JSON.stringify(given),
        range: version === null || isElsewhere ? null : version === '*' ? '' : pypiRange(version),
      };
    }),
  );
  const steering = { source: JSON.stringify(fieldOf(value, 'source') ?? null) };
  return { kind: 'manifest', declared, steering, scripts: {} };
}

/** `setup.cfg`: `install_requires`, `setup_requires` and extras. */
export function readSetupCfg(lines: readonly string[]): Manifest {
  const declared: Declared[] = [];
  let section = '';
  let key = '';
  for (const line of lines) {
    if (/^\s*[#;]/.test(line) || line.trim() === '') continue;
    const header = /^\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) {
      [section, key] = [header.trim(), ''];
      continue;
    }
    const at = /^\s/.test(line) ? -1 : line.search(/[=:]/);
    if (at >= 0) key = line.slice(0, at).trim();
    const value = (at < 0 ? line : line.slice(at + 1)).trim();
    const isRequirement =
      (section === 'options' && /^(?:install|setup|tests)_requires$/.test(key)) ||
      section === 'options.extras_require';
    if (!isRequirement) continue;
    if (value === '') continue;
    const name = `${section} ${key}`;
    declared.push(requirement(value, name) ?? { name: value, section: name, spec: value, range: null });
  }
  return { kind: 'manifest', declared, steering: {}, scripts: {} };
}
