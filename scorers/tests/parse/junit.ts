import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { plural } from '../../text.ts';
import {
  BrokenReport,
  isFailing,
  noTest,
  type Parsed,
  parsing,
  reportLimits,
  resultList,
  type TestResult,
} from './result.ts';

/** One element as the parser gives it in document order: `{<tag>: children, ':@': attributes}` or `{'#text': …}`. */
type Node = Record<string, unknown>;

/** All that is read of an element; the rest is not kept, so that a hostile report takes less memory. */
const usedAttributes = new Set([
  ...['name', 'classname', 'tests', 'failures', 'errors'],
  ...['status', 'result', 'type', 'message'],
]);

const xml = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: (name) => !usedAttributes.has(name),
  ignorePiTags: true,
  ignoreDeclaration: true,
  attributeNamePrefix: '',
  // No entity is expanded by the parser: the few that XML itself defines are decoded in `unescapeXml`.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  maxNestedTags: reportLimits.depth,
  jPath: false,
  commentPropName: '#comment',
});

/** States that runners write on a testcase without a child element that says the same. */
const skippedStates =
  /^(skipped|disabled|not_?run|notrunnable|ignored|inconclusive|suppressed|pending|todo)$/i;
const failedStates = /^(failed|failure|fail)$/i;
const errorStates = /^(error|errored|timed_?out|timeout|aborted|crashed)$/i;

/**
 * Reads a JUnit XML report: `testsuites` or `testsuite` at the root, suites nested to any sensible depth. A test is
 * named `<classname>::<name>`, or `<suite> > <name>` without a class name.
 */
export function parseJunit(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const root = rootElement(text);
    const tag = tagOf(root);
    if (tag !== 'testsuites' && tag !== 'testsuite')
      throw new BrokenReport('it is not a JUnit report: its root is neither testsuites nor testsuite');
    const list = resultList();
    const missing: string[] = [];
    readSuite(root, [], list, missing);
    const said = commentsOf(root);
    if (said.some((comment) => /^ suites \d+ $/.test(comment))) correctNode(said, list);
    // Where something failed, what is missing cannot make it pass.
    if (missing[0] !== undefined && !list.results.some(isFailing)) throw new BrokenReport(missing[0]);
    return list.results;
  });
}

function rootElement(text: string): Node {
  if (hasDoctype(text)) throw new BrokenReport('it has a DOCTYPE');
  const valid = XMLValidator.validate(text);
  if (valid !== true)
    throw new BrokenReport(`it is not well-formed XML: ${valid.err.msg} (line ${valid.err.line})`);
  // The validator lets text after the root pass.
  if (!text.trimEnd().endsWith('>')) throw new BrokenReport('it is not well-formed XML: text after the root');
  const roots = (xml.parse(text) as Node[]).filter((node) => !/^[#?:]/.test(tagOf(node)));
  const [root] = roots;
  if (root === undefined || roots.length > 1)
    throw new BrokenReport('it is not well-formed XML: not one root');
  return root;
}

/**
 * A document type could only define entities or point outside; no test runner writes one. Looked for by hand, in
 * linear time, because test output in a CDATA section may well quote one.
 */
function hasDoctype(text: string): boolean {
  for (let at = text.indexOf('<!'); at !== -1; ) {
    const close = text.startsWith('<!--', at) ? '-->' : text.startsWith('<![', at) ? ']]>' : null;
    if (close === null) return true;
    const end = text.indexOf(close, at + 3);
    at = end === -1 ? -1 : text.indexOf('<!', end);
  }
  return false;
}

type List = ReturnType<typeof resultList>;

/**
 * What node:test writes otherwise than it means: a file that reported no test looks like a test that passed, and a parent
 * that failed by itself is only counted, in the comments at the end.
 */
function correctNode(said: readonly string[], list: List): void {
  for (const result of list.results) {
    if (result.outcome !== 'pass' || !/^test::.*\.[cm]?[jt]sx?( \(\d+\))?$/.test(result.id)) continue;
    result.outcome = 'skipped';
    result.message = noTest;
  }
  const hasFailed = said.some((comment) => /^ (?:fail|cancelled) [1-9]\d* $/.test(comment));
  if (hasFailed && !list.results.some(isFailing))
    list.add('(run)', 'error', 'the runner counts failures, and lists none');
}

function commentsOf(root: Node): string[] {
  return childrenOf(root)
    .filter((child) => tagOf(child) === '#comment')
    .map((child) => String(childrenOf(child)[0]?.['#text']));
}

/** Adds a suite's tests in document order, then what the suite says of itself and its tests do not. */
function readSuite(suite: Node, parents: readonly string[], list: List, missing: string[]): void {
  const attributes = attributesOf(suite);
  const path = attributes.name ? [...parents, unescapeXml(attributes.name)] : parents;
  const before = list.results.length;
  for (const child of childrenOf(suite)) {
    const tag = tagOf(child);
    if (tag === 'testcase') readCase(child, path, list);
    else if (tag === 'testsuite') readSuite(child, path, list, missing);
    else if (tag === 'failure' || tag === 'error')
      list.add(
        [...path, `(${tag} outside a test)`].join(' > '),
        tag === 'error' ? 'error' : 'fail',
        messageOf(child),
      );
  }
  const own = list.results.slice(before);
  if (tagOf(suite) !== 'testsuite' || own.some(isFailing)) return;
  const failed = number(attributes.failures) + number(attributes.errors);
  if (failed > 0)
    list.add([...path, '(suite)'].join(' > '), 'error', `the suite counts ${failed} failed, and lists none`);
  // More tests than cases is legal (sub-tests, tests of nested suites), none at all is not.
  else if (own.length === 0 && number(attributes.tests) > 0)
    missing.push(`a suite counts ${plural(number(attributes.tests), 'test')} and lists none`);
}

function readCase(testcase: Node, path: readonly string[], list: List): void {
  const attributes = attributesOf(testcase);
  const name = unescapeXml(attributes.name ?? '') || '(unnamed)';
  const id = attributes.classname
    ? `${unescapeXml(attributes.classname)}::${name}`
    : [...path, name].join(' > ');
  const children = childrenOf(testcase);
  const find = (tag: string) => children.find((child) => tagOf(child) === tag);
  const skipped = find('skipped');
  const error = find('error');
  const failure = find('failure');
  // node:test writes a failure beside it: a test marked as to do is expected to fail and counts neither way.
  if (skipped && attributesOf(skipped).type === 'todo') list.add(id, 'skipped', messageOf(skipped));
  else if (error) list.add(id, 'error', messageOf(error));
  else if (failure) list.add(id, 'fail', messageOf(failure));
  else if (skipped) list.add(id, 'skipped', messageOf(skipped));
  else list.add(id, outcomeOfState(attributes.status, attributes.result), retried(children));
}

/** A pass that took more than one try is one, but not silently: so write Surefire and nextest. */
function retried(children: readonly Node[]): string | undefined {
  const failures = children.filter((child) => /^(flaky|rerun)(Failure|Error)$/.test(tagOf(child))).length;
  return failures > 0 ? `passed only after ${plural(failures, 'failure')}` : undefined;
}

function outcomeOfState(...states: (string | undefined)[]): TestResult['outcome'] {
  const says = (pattern: RegExp) => states.some((state) => state !== undefined && pattern.test(state));
  if (says(errorStates)) return 'error';
  if (says(failedStates)) return 'fail';
  return says(skippedStates) ? 'skipped' : 'pass';
}

/** The message of a failure: its attribute, else its text. */
function messageOf(element: Node): string {
  const { message } = attributesOf(element);
  if (message) return unescapeXml(message);
  return unescapeXml(
    childrenOf(element)
      .map((child) => (typeof child['#text'] === 'string' ? child['#text'] : ''))
      .join(''),
  );
}

function tagOf(node: Node): string {
  for (const key of Object.keys(node)) if (key !== ':@') return key;
  return '';
}

function childrenOf(node: Node): Node[] {
  const children = node[tagOf(node)];
  return Array.isArray(children) ? children : [];
}

function attributesOf(node: Node): Record<string, string | undefined> {
  return (node[':@'] ?? {}) as Record<string, string | undefined>;
}

/** A count as a suite writes it; 0 where it is none. */
function number(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Decodes XML's five entities and character references, once; anything else stays as it is written. */
function unescapeXml(text: string): string {
  return text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}));/g,
    (whole, name, dec, hex) => {
      if (name) return named[name] ?? whole;
      const code = dec ? Number(dec) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
