/** Holds answers against JSON Schemas where that can be stopped: see schema-judge.ts. */
import { parentPort } from 'node:worker_threads';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** All that is wrong is looked for in what is short only. */
const maxSearched = 65_536;
const kept = 20;

/** `dialect` is `draft-07` or `2020-12`; gives `{problem}` for a schema that is none, `{notJson}`, or `{errors}`. */
function judge({ schema, dialect, text }) {
  const options = { strict: false, logger: false, allErrors: text.length <= maxSearched };
  let validate;
  try {
    const ajv = dialect === '2020-12' ? new Ajv2020(options) : new Ajv(options);
    formats.default(ajv);
    validate = ajv.compile(schema);
  } catch (error) {
    return { problem: String(error?.message ?? error).slice(0, 400) };
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { notJson: String(error?.message ?? error).slice(0, 200) };
  }
  const ambiguity = ambiguityOf(text, value);
  if (ambiguity !== null) return { notJson: ambiguity };
  const isValid = validate(value);
  if (typeof isValid !== 'boolean') return { problem: 'it is asynchronous' };
  if (isValid) return { errors: [] };
  return { errors: (validate.errors ?? []).slice(0, kept).map(inWords) };
}

/**
 * Why readers of a JSON text do not agree on what it says, https://www.rfc-editor.org/rfc/rfc8259#section-4; null where
 * they do. Of a key that is there twice, what was judged here would not be what another one reads.
 */
function ambiguityOf(text, value) {
  let keys = 0;
  const open = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each === 'number' && !Number.isFinite(each)) return 'a number is too large for any reader';
    if (typeof each !== 'object' || each === null) continue;
    const values = Object.values(each);
    if (!Array.isArray(each)) keys += values.length;
    for (const inner of values) open.push(inner);
  }
  return keys === writtenKeys(text) ? null : 'an object has a key twice';
}

/** How many keys stand in a JSON text: strings before a colon. */
function writtenKeys(text) {
  let keys = 0;
  let isInside = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isInside && sign === '\\') at++;
    else if (sign === '"') isInside = !isInside;
    else if (!isInside && sign === ':') keys++;
  }
  return keys;
}

function inWords({ instancePath, message = 'does not match', params }) {
  const place = instancePath.length > 120 ? `…${instancePath.slice(-119)}` : instancePath;
  const further = params?.additionalProperty ?? params?.unevaluatedProperty;
  const named = further === undefined ? '' : `: ${JSON.stringify(String(further).slice(0, 60))}`;
  const allowed = params?.allowedValues === undefined ? '' : ` (${JSON.stringify(params.allowedValues)})`;
  return `${place || '/'} ${message}${named}${allowed}`.slice(0, 300);
}

parentPort?.on('message', (question) => parentPort?.postMessage(judge(question)));
parentPort?.postMessage('ready');
