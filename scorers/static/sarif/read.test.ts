import { describe, expect, it } from 'vitest';
import { ToolFailure } from '../tool.ts';
import { readSarif } from './read.ts';

const options = { tool: 'lint', workdir: '/work/app' };
const read = (log: unknown) => readSarif(typeof log === 'string' ? log : JSON.stringify(log), options);

type Members = Record<string, unknown>;
const logOf = (...runs: unknown[]) => ({ version: '2.1.0', runs });
const runOf = (own: Members = {}, driver: Members = {}) => ({
  tool: { driver: { name: 'Lint', ...driver } },
  results: [],
  ...own,
});
const message = { text: 'bad' };
const at = (artifactLocation: Members, region?: Members) => ({
  physicalLocation: { artifactLocation, ...(region === undefined ? {} : { region }) },
});
/** What comes of one result. */
const one = (result: Members, own: Members = {}, driver: Members = {}) =>
  read(logOf(runOf({ ...own, results: [{ message, ...result }] }, driver))).findings[0];

describe('readSarif, results', () => {
  it('gives a finding with what a result says', () => {
    const location = at({ uri: 'src/a.ts' }, { startLine: 3, startColumn: 5, endLine: 4, endColumn: 2 });
    expect(one({ ruleId: 'R1', level: 'error', locations: [location] })).toEqual({
      tool: 'lint',
      rule: 'R1',
      level: 'error',
      message: 'bad',
      path: 'src/a.ts',
      startLine: 3,
      startColumn: 5,
      endLine: 4,
      endColumn: 2,
      security: null,
    });
  });

  it.each([
    ['pass', {}, 0],
    ['notApplicable', {}, 0],
    ['informational', {}, 0],
    ['pass', { level: 'none' }, 0],
    ['pass', { level: 'error' }, 1],
    ['fail', {}, 1],
    ['open', {}, 1],
    ['review', {}, 1],
  ])('of kind %s with %o are %d findings', (kind, own, count) => {
    expect(read(logOf(runOf({ results: [{ message, kind, ...own }] }))).findings).toHaveLength(count);
  });

  it.each([
    [undefined, 1],
    ['new', 1],
    ['updated', 1],
    ['unchanged', 1],
    ['absent', 0],
  ])('of baseline state %s are %d findings', (baselineState, count) => {
    expect(read(logOf(runOf({ results: [{ message, baselineState }] }))).findings).toHaveLength(count);
  });

  it.each([
    ['none', [], 1],
    ['in the source, where the candidate may have put it', [{ kind: 'inSource', status: 'accepted' }], 1],
    ['without a kind', [{}], 1],
    ['external', [{ kind: 'external' }], 0],
    ['external and accepted', [{ kind: 'external', status: 'accepted' }], 0],
    ['external and not accepted yet', [{ kind: 'external', status: 'underReview' }], 1],
    ['of both kinds', [{ kind: 'external' }, { kind: 'inSource' }], 1],
  ])('whose suppression is %s count as they should', (_, suppressions, count) => {
    expect(read(logOf(runOf({ results: [{ message, suppressions }] }))).findings).toHaveLength(count);
  });

  it('of several runs come together, under the version of the first that has one', () => {
    const runs = ['a', 'b'].map((ruleId) => runOf({ results: [{ ruleId, message }] }));
    const log = logOf(...runs, runOf({}, { version: '2' }), runOf({}, { semanticVersion: '3.0.0' }));
    expect(read(log)).toMatchObject({ findings: [{ rule: 'a' }, { rule: 'b' }], version: '2' });
  });
});

describe('readSarif, regions', () => {
  const none = [null, null, null, null];
  it.each([
    [undefined, none],
    [{}, none],
    [{ charOffset: 5, charLength: 2 }, none],
    [{ startLine: 0, startColumn: 1 }, none],
    [{ startLine: -4 }, none],
    [{ startLine: 1.5 }, none],
    [{ startLine: 2 ** 40 }, none],
    [{ startColumn: 3 }, none],
    [{ startLine: 2 }, [2, null, null, null]],
    [{ startLine: 2, startColumn: 0, endLine: 0, endColumn: -1 }, [2, null, null, null]],
    [{ startLine: 2, startColumn: 3, endColumn: 3 }, [2, 3, 2, 3]],
    [{ startLine: 2, endLine: 1 }, [2, null, null, null]],
    [{ startLine: 2, startColumn: 3, endLine: 2, endColumn: 2 }, [2, 3, null, null]],
    [{ startLine: 2, startColumn: null, endLine: null }, [2, null, null, null]],
  ])('%o', (region, expected) => {
    const found = one({ locations: [at({ uri: 'a' }, region)] });
    expect([found?.startLine, found?.startColumn, found?.endLine, found?.endColumn]).toEqual(expected);
  });

  it('say nothing where the file is not known', () => {
    const found = one({ locations: [at({ uri: '/etc/passwd' }, { startLine: 2 })] });
    expect(found).toMatchObject({ path: null, startLine: null });
  });

  it('are those of the first location with a file', () => {
    const logical = { logicalLocations: [{ name: 'f' }] };
    const found = one({ locations: [logical, at({ uri: 'a' }, { startLine: 2 }), at({ uri: 'b' })] });
    expect(found).toMatchObject({ path: 'a', startLine: 2 });
  });
});

describe('readSarif, rules', () => {
  const rules = [
    { id: 'A', defaultConfiguration: { level: 'note' } },
    { id: 'B', guid: 'guid-b' },
  ];
  const extensions = [
    { name: 'Plugin', guid: 'guid-p', rules: [{ id: 'P', defaultConfiguration: { level: 'error' } }] },
  ];
  const tool = { tool: { driver: { name: 'Lint', rules }, extensions } };

  it.each([
    ['ruleId', { ruleId: 'A' }, 'A', 'note'],
    ['ruleIndex', { ruleIndex: 0 }, 'A', 'note'],
    ['ruleIndex, which says more than an id', { ruleId: 'x', ruleIndex: 0 }, 'x', 'note'],
    ['rule.id', { rule: { id: 'A' } }, 'A', 'note'],
    ['rule.index', { rule: { index: 0 } }, 'A', 'note'],
    ['rule.guid', { rule: { guid: 'guid-b' } }, 'B', 'warning'],
    ['a hierarchical id', { ruleId: 'A/sub/part' }, 'A/sub/part', 'note'],
    ['an index of an extension', { rule: { index: 0, toolComponent: { index: 0 } } }, 'P', 'error'],
    ['an extension by name', { ruleIndex: 0, rule: { toolComponent: { name: 'Plugin' } } }, 'P', 'error'],
    ['an extension by guid', { rule: { id: 'P', toolComponent: { guid: 'guid-p' } } }, 'P', 'error'],
    ['an extension that is the driver', { rule: { id: 'A', toolComponent: { name: 'Lint' } } }, 'A', 'note'],
    ['an index beyond the end', { ruleIndex: 9_007_199_254_740_991, ruleId: 'A' }, 'A', 'note'],
    ['no index', { ruleIndex: -1, ruleId: 'A' }, 'A', 'note'],
    ['an unknown id', { ruleId: 'constructor' }, 'constructor', 'warning'],
    ['nothing', {}, '(no rule)', 'warning'],
  ])('by %s', (_, own, rule, level) => {
    expect(one(own, tool)).toMatchObject({ rule, level });
  });

  it.each([
    ['its own', { level: 'error', ruleId: 'A' }, 'error'],
    ['none where it is no failure', { kind: 'open', ruleId: 'A' }, 'none'],
    ['that of the only invocation', { ruleId: 'B' }, 'error'],
    ['that of its rule', { ruleId: 'A' }, 'note'],
    ['warning', { ruleId: 'C' }, 'warning'],
  ])('a level is %s', (_, own, level) => {
    const override = { descriptor: { index: 1 }, configuration: { level: 'error' } };
    expect(one(own, { ...tool, invocations: [{ ruleConfigurationOverrides: [override] }] })).toMatchObject({
      level,
    });
  });

  it('have the level of the invocation that a result names', () => {
    const invocations = ['note', 'error'].map((level) => ({
      ruleConfigurationOverrides: [{ descriptor: { id: 'B' }, configuration: { level } }],
    }));
    const named = { ruleId: 'B', provenance: { invocationIndex: 1 } };
    expect(one(named, { ...tool, invocations })?.level).toBe('error');
    expect(one({ ruleId: 'B' }, { ...tool, invocations })?.level).toBe('warning');
  });

  it.each([
    ['7.5', 7.5],
    [9, 9],
    ['0.0', 0],
    ['', null],
    ['high', null],
    ['10.1', null],
    [-1, null],
    [null, null],
    [{}, null],
  ])('have the severity %o as %o', (severity, security) => {
    const driver = { rules: [{ id: 'S', properties: { 'security-severity': severity } }] };
    expect(one({ ruleId: 'S' }, {}, driver)?.security).toBe(security);
  });

  it('are told by id where the tool describes them and a finding is theirs', () => {
    const described = [
      { id: 'A', name: 'NoA', shortDescription: { text: 'No a.' }, helpUri: 'https://example.com/a' },
      { id: 'B', fullDescription: { markdown: '*No b.*' }, helpUri: 'javascript:alert(1)' },
      { id: 'C', name: 'Unused' },
    ];
    const results = ['A', 'B', '__proto__'].map((ruleId) => ({ ruleId, message }));
    expect([...read(logOf(runOf({ results }, { rules: described }))).rules]).toEqual([
      ['A', { name: 'NoA', description: 'No a.', helpUri: 'https://example.com/a' }],
      ['B', { description: '*No b.*' }],
    ]);
  });
});

describe('readSarif, messages', () => {
  const driver = {
    rules: [
      {
        id: 'A',
        messageStrings: { m: { text: '{0} is {1}, {{not}} {7}' } },
        shortDescription: { text: 'A rule.' },
      },
    ],
    globalMessageStrings: { g: { text: 'global {0}' } },
  };
  it.each([
    ['its text', { text: 'plain' }, 'plain'],
    ['its text with braces', { text: 'use {0} or {{x}}' }, 'use {0} or {{x}}'],
    ['its text with arguments', { text: '{0} and {1}', arguments: ['{1}', 'b'] }, '{1} and b'],
    ['the string of its rule', { id: 'm', arguments: ['x', 'y'] }, 'x is y, {not} {7}'],
    ['the string of the tool', { id: 'g', arguments: ['x'] }, 'global x'],
    ['its Markdown', { markdown: '**x**' }, '**x**'],
    ['what its rule says', { id: 'toString' }, 'A rule.'],
    ['what its rule says of nothing', {}, 'A rule.'],
    ['well-formed', { text: 'a\uD800b' }, 'a\uFFFDb'],
  ])('are %s', (_, own, expected) => {
    expect(one({ ruleId: 'A', message: own }, {}, driver)?.message).toBe(expected);
  });

  it('are cut, however often arguments are repeated', () => {
    const text = '{0}'.repeat(1000);
    const found = one({ message: { text, arguments: ['x'.repeat(100_000)] } });
    expect(found?.message).toHaveLength(2000);
    expect(found?.message.endsWith('…')).toBe(true);
  });
});

describe('readSarif, files', () => {
  const target = (uri: string, ...roles: string[]) => ({ location: { uri }, roles });
  it.each([
    ['not said', [runOf()], null],
    ['not said by role', [runOf({ artifacts: [{ location: { uri: 'a' } }] })], null],
    ['none', [runOf({ artifacts: [] })], 0],
    ['none by role', [runOf({ artifacts: [target('a', 'resultFile')] })], 0],
    ['those analysed', [runOf({ artifacts: [target('a', 'analysisTarget'), target('b', 'resultFile')] })], 1],
    ['those in the workspace', [runOf({ artifacts: [target('/usr/lib/x', 'analysisTarget')] })], 0],
    [
      'counted once in several runs',
      [['a', 'b'], ['b']].map((names) =>
        runOf({ artifacts: names.map((name) => target(name, 'analysisTarget')) }),
      ),
      2,
    ],
    ['not said by one run', [runOf({ artifacts: [target('a', 'analysisTarget')] }), runOf()], null],
  ])('are %s', (_, runs, files) => {
    expect(read(logOf(...runs)).files).toBe(files);
  });
});

describe('readSarif, what is no such log', () => {
  const notification = { message: { text: 'Out of\nmemory.' } };
  const failing = (invocation: Members, driver: Members = {}) =>
    logOf(runOf({ invocations: [invocation] }, driver));
  const strict = [{ id: 'N', defaultConfiguration: { level: 'error' } }];
  it.each([
    ['nothing', '  \n', 'it printed no SARIF log'],
    ['no JSON', '{"version"', 'its output is not JSON'],
    ['no object', '[]', 'malformed: the log: '],
    ['no version', { runs: [runOf()] }, 'only SARIF 2.1.0 is read'],
    ['another version', { version: '2.0.0', runs: [runOf()] }, 'only SARIF 2.1.0 is read'],
    ['no runs', { version: '2.1.0' }, 'holds no run'],
    ['null runs', { version: '2.1.0', runs: null }, 'holds no run'],
    ['an empty list of runs', logOf(), 'holds no run'],
    ['a run without results', logOf(runOf(), runOf({ results: null })), 'has no results'],
    ['a run without a tool', logOf({ results: [] }), 'runs[0].tool'],
    ['a result of another type', logOf(runOf({ results: [message, 'x'] })), 'runs[0].results[1]'],
    [
      'an unknown level',
      logOf(runOf({ results: [{ message, level: 'fatal' }] })),
      'runs[0].results[0].level',
    ],
    [
      'a line that is text',
      logOf(runOf({ results: [{ locations: [at({ uri: 'a' }, { startLine: '1' })] }] })),
      'startLine',
    ],
    ['a negative index', logOf(runOf({ results: [{ ruleIndex: -7 }] })), 'ruleIndex'],
    ['a failed invocation', failing({ executionSuccessful: false }), 'it says that it was not successful'],
    [
      'an error of the tool',
      failing({ toolExecutionNotifications: [{ level: 'error', ...notification }] }),
      'it reports an error: Out of memory.',
    ],
    [
      'an error of its configuration',
      failing({ toolConfigurationNotifications: [{ level: 'error' }] }),
      'it reports an error',
    ],
    [
      'an error by default',
      failing(
        { toolExecutionNotifications: [{ ...notification, descriptor: { id: 'N' } }] },
        { notifications: strict },
      ),
      'Out of memory.',
    ],
    [
      'no start',
      failing({ processStartFailureMessage: 'no such file' }),
      'it could not be started: no such file',
    ],
    [
      'results elsewhere',
      logOf(runOf({ externalPropertyFileReferences: { results: [{ location: { uri: 'r.sarif' } }] } })),
      'lie outside of the runs',
    ],
    [
      'the driver elsewhere',
      logOf(runOf({ externalPropertyFileReferences: { driver: {} } })),
      'lie outside of the runs',
    ],
    [
      'inline external properties',
      { ...logOf(runOf()), inlineExternalProperties: [{ results: [] }] },
      'lie outside of the runs',
    ],
    [
      'a circle of base folders',
      logOf(runOf({ originalUriBaseIds: { A: { uriBaseId: 'B' }, B: { uriBaseId: 'A' } } })),
      'form a circle',
    ],
  ])('%s', (_, log, reason) => {
    expect(() => read(log)).toThrow(ToolFailure);
    expect(() => read(log)).toThrow(reason);
  });

  it('a warning of the tool is no failure, nor what lies elsewhere and is not needed', () => {
    const invocations = [
      { executionSuccessful: true, toolExecutionNotifications: [notification, { level: 'note' }] },
    ];
    const externalPropertyFileReferences = { conversion: {}, results: [], graphs: [{}] };
    expect(read(logOf(runOf({ invocations, externalPropertyFileReferences }))).findings).toEqual([]);
  });

  it('an error that its configuration makes a warning is none', () => {
    const override = { descriptor: { id: 'N' }, configuration: { level: 'warning' } };
    const invocation = {
      toolExecutionNotifications: [{ ...notification, descriptor: { id: 'N' } }],
      notificationConfigurationOverrides: [override],
    };
    expect(read(failing(invocation, { notifications: strict })).findings).toEqual([]);
  });

  it('a byte order mark does not matter', () => {
    expect(read(`\uFEFF${JSON.stringify(logOf(runOf()))}`).findings).toEqual([]);
  });
});
