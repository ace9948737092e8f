import { dependenciesId, scopeId } from '../spec.ts';
import type { Linted, PlacedFinding } from './finding.ts';
import { anyMatches, deniesAllOf, inScope, isPlainPath, matchesAll } from './globs.ts';

/** Nobody reads a change of this size, and no bound that is never met says no. */
const hugeLines = 10_000;
const hugeFiles = 1000;

const manifests = ['package.json', 'pyproject.toml', 'requirements.txt', 'setup.cfg', 'Pipfile'];
const locks = [
  ...['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'],
  ...['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'],
];

/** What is wrong with `scope` and `dependencies`, by themselves and together with what the criteria need. */
export function scopeFindings(linted: Linted): PlacedFinding[] {
  return [
    ...limits(linted),
    ...emptyScope(linted),
    ...openDependencies(linted),
    ...dependenciesInScope(linted),
  ];
}

function limits({ spec: { file } }: Linted): PlacedFinding[] {
  const { scope } = file;
  if (scope === undefined) return [];
  const found: PlacedFinding[] = [];
  const { allow = [], deny = [], max_files, max_lines, generated, symlinks, modes, binaries } = scope;
  const add = (finding: Pick<PlacedFinding, 'level' | 'rule' | 'message' | 'fix'>, field?: string) =>
    found.push({ id: scopeId, ...finding, at: field === undefined ? ['scope'] : ['scope', field] });
  const isBounded =
    (allow.length > 0 && !allow.some(matchesAll)) ||
    deny.length > 0 ||
    max_files !== undefined ||
    max_lines !== undefined;
  const kinds = [generated, symlinks, modes, binaries];
  if (!isBounded && kinds.every((each) => each === 'allow'))
    add({
      level: 'error',
      rule: 'cannot-fail',
      message: 'allows every change',
      fix: 'add allow, deny, max_files or max_lines',
    });
  else if (!isBounded)
    add({
      level: 'warning',
      rule: 'weak-scope',
      message: 'allows changes of every path and size',
      fix: 'add allow, deny, max_files or max_lines',
    });
  if (max_lines !== undefined && max_lines > hugeLines)
    add(
      { level: 'warning', rule: 'weak-scope', message: `${max_lines} lines bound nothing`, fix: 'lower it' },
      'max_lines',
    );
  if (max_files !== undefined && max_files > hugeFiles)
    add(
      { level: 'warning', rule: 'weak-scope', message: `${max_files} files bound nothing`, fix: 'lower it' },
      'max_files',
    );
  for (const [field, limit] of Object.entries({ max_files, max_lines }))
    if (limit === 0)
      add(
        {
          level: 'error',
          rule: 'cannot-pass',
          message: 'lets nothing be changed: only the base itself stays within it',
          fix: 'raise it',
        },
        field,
      );
  return found;
}

function emptyScope({ spec: { file } }: Linted): PlacedFinding[] {
  const { allow = ['**'], deny = [] } = file.scope ?? {};
  const denied = allow.filter((glob) => deniesAllOf(deny, glob));
  if (deny.length === 0 || denied.length === 0) return [];
  const isAll = denied.length === allow.length;
  return [
    {
      id: scopeId,
      level: isAll ? 'error' : 'warning',
      rule: isAll ? 'cannot-pass' : 'contradiction',
      message: isAll
        ? 'denies every path that it allows'
        : `allows ${denied.map((glob) => JSON.stringify(glob)).join(', ')} and denies all of it`,
      fix: 'correct allow or deny',
      at: ['scope', 'deny'],
    },
  ];
}

function openDependencies({ spec: { file } }: Linted): PlacedFinding[] {
  const given = file.dependencies;
  if (given === undefined) return [];
  const { add, update, remove, licences, install_scripts } = given;
  const isOpen =
    add === 'any' &&
    [update, remove, install_scripts].every((each) => each === 'allow') &&
    licences === undefined;
  return isOpen
    ? [
        {
          id: dependenciesId,
          level: 'error',
          rule: 'cannot-fail',
          message: 'allows everything',
          fix: 'remove the block, or deny something',
          at: ['dependencies'],
        },
      ]
    : [];
}

function dependenciesInScope({ spec: { file }, inBase }: Linted): PlacedFinding[] {
  const { scope, dependencies } = file;
  if (scope === undefined || dependencies === undefined) return [];
  const { add, update, remove } = dependencies;
  const mayChange = add !== 'none' || update === 'allow' || remove === 'allow';
  const finding = (message: string, fix: string, at: string[]): PlacedFinding => ({
    id: dependenciesId,
    level: 'warning',
    rule: 'contradiction',
    message,
    fix,
    at,
  });
  if (!mayChange) {
    const listed = [...manifests, ...locks].filter(
      (name) => scope.allow?.includes(name) && inScope(scope, name),
    );
    const onlyLocks = listed.filter((name) => locks.includes(name));
    return onlyLocks.length === 0
      ? []
      : [
          finding(
            `nothing may change in the dependencies, but scope allows ${onlyLocks.join(', ')}`,
            'leave lock files out of scope.allow, or say what may be added',
            ['dependencies'],
          ),
        ];
  }
  const known = (names: readonly string[]) => names.filter((name) => inBase(name) !== false);
  if (!known([...manifests, ...locks]).some((name) => inScope(scope, name)))
    return [
      finding(
        'may change, but scope lets no manifest or lock file be changed',
        'add them to scope.allow, such as package.json and package-lock.json',
        ['dependencies'],
      ),
    ];
  const { generated } = scope;
  const isAllowed = (name: string) =>
    generated === 'allow' || (typeof generated === 'object' && anyMatches(generated.allow, name));
  return known(locks).some(isAllowed)
    ? []
    : [
        finding(
          'may change, but lock files count as generated, which scope denies',
          'name the lock file under scope.generated.allow',
          ['dependencies'],
        ),
      ];
}

/** Criteria whose file may not be touched. Where the base has the file, it may already be as it must. */
export function outOfScope({ spec: { file }, placed, inBase }: Linted): PlacedFinding[] {
  const { scope } = file;
  if (scope === undefined) return [];
  return placed
    .filter(({ requirement }) => requirement.kind === 'criterion')
    .flatMap(({ checks }) => checks)
    .flatMap(({ check, path }) => {
      const files =
        check.kind === 'export'
          ? [check.given.module]
          : check.kind === 'pattern' && (check.given.must ?? check.given.must_rule) !== undefined
            ? (check.given.files ?? [])
            : [];
      if (files.length === 0 || files.some((glob) => !isPlainPath(glob) || inScope(scope, glob))) return [];
      const isThere = files.some((name) => inBase(name) !== false);
      return [
        {
          id: check.id,
          level: isThere ? ('warning' as const) : ('error' as const),
          rule: 'contradiction' as const,
          message: `is about ${files.join(', ')}, which scope does not let be ${isThere ? 'changed' : 'made'}`,
          fix: 'correct scope, or make it an invariant if it holds already',
          at: path,
        },
      ];
    });
}
