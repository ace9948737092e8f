import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, before, mock } from 'node:test';
import { hideProcess } from './hide.mjs';

// Loaded in the process of one test file before the file itself, and by Node a second time as its reporter of tests:
// what happens in there goes to the reporting process line by line, each signed with a key that nobody else knows.
const require = createRequire(import.meta.url);
const { closeDoors } = require('./guard/doors.cjs');
const { makeGuard } = require('./guard/guard.cjs');
const { apply, create, ownKeys, text, uncurried } = require('./guard/primordials.cjs');

const channel = 3;
const { parse, stringify } = JSON;
// Names that are imported follow what others make of them later; these do not.
const { createHmac, Hmac } = crypto;
const { readSync, writeSync } = fs;
const { reset } = mock.timers;
const update = uncurried(Hmac.prototype.update);
const digest = uncurried(Hmac.prototype.digest);
const { key, integrity, library } = readPlan();
hideProcess();
if (integrity) closeDoors();

let sequence = 0;
let isReporting = false;
let guard = null;
if (library !== null) {
  // Before the guard looks at what there is.
  const { bringIn } = await import(`${import.meta.dirname}/library.mjs`);
  await bringIn(library, process.argv[1], {
    note: (fields) => send('note', fields),
    look: () => guard?.onTested(),
  });
}
if (integrity) guard = watch();
// A file without tests has a reporter as well, once there is a hook.
before(() => guard?.onLoaded());
// First of all listeners, so that those of others cannot put anything back before.
process.on('exit', () => send('end', { found: guard === null ? '' : guard.onEnded() }));
process.on('uncaughtExceptionMonitor', (error) => send('crash', { message: messageOf(error) }));

/** Node's reporter of tests. Whoever asks for a second one is not Node. */
export default async function* report(source) {
  if (isReporting) guard?.note("the test runner's reporter was replaced");
  isReporting = true;
  for await (const { type, data } of source) {
    if (type === 'test:start') send('start', { name: data.name, nesting: data.nesting });
    else if (type === 'test:pass' || type === 'test:fail')
      send(type === 'test:pass' ? 'pass' : 'fail', resultOf(data));
    else if (type === 'test:diagnostic' && data.nesting === 0) send('diagnostic', { message: data.message });
  }
  send('done', {});
  // Nothing is printed.
  yield '';
}

function resultOf({ name, nesting, skip, todo, details }) {
  const { error } = details;
  return {
    name,
    nesting,
    isSuite: details.type === 'suite',
    isSkipped: skip !== undefined && skip !== false,
    isTodo: todo !== undefined && todo !== false,
    failure: error?.failureType,
    message: error === undefined ? undefined : messageOf(error.cause ?? error),
  };
}

function messageOf(error) {
  try {
    return text(error?.stack ?? error?.message ?? error);
  } catch {
    // Of the candidate's making, and not to be had as a text.
    return 'an error that cannot be shown';
  }
}

function send(type, fields) {
  // Without a prototype, nothing can be asked how it wants to be written.
  const record = create(null);
  record.type = type;
  const names = ownKeys(fields);
  for (let at = 0; at < names.length; at += 1) {
    const field = fields[names[at]];
    record[names[at]] = typeof field === 'string' ? slice(field) : field;
  }
  const line = stringify(record);
  const mac = digest(update(createHmac('sha256', key), `${sequence} ${line}`), 'hex');
  writeSync(channel, `${sequence} ${mac} ${line}\n`);
  sequence += 1;
}

/** First characters of a long text. */
function slice(long) {
  if (long.length <= 2000) return long;
  let short = '';
  for (let at = 0; at < 2000; at += 1) short += long[at];
  return short;
}

/** The line in which the reporting process hands over the key. */
function readPlan() {
  const bytes = Buffer.alloc(4096);
  let length = 0;
  while (bytes[length - 1] !== 10) length += readSync(channel, bytes, length, bytes.length - length, null);
  return parse(bytes.toString('utf8', 0, length));
}

function watch() {
  const made = makeGuard(globalThis, {
    // There is no moment at which the file is loaded and its hooks have not run.
    areFaked: () => true,
    realTimers: () => apply(reset, mock.timers, []),
  });
  const modules = ['node:test', 'node:assert', 'node:assert/strict', 'node:module'];
  for (const name of modules) made.framework.all(name, require(name));
  made.framework.all('stream.Readable', require('node:stream').Readable);
  made.framework.all('EventEmitter', require('node:events'));
  afterEach(() => made.onTested());
  return made;
}
