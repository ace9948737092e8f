import { createHash, createHmac } from 'node:crypto';
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

const logs = '/logs/verifier';

/** Reads the run's word and deletes it, so that nothing which starts later can know it. */
export function takeWord() {
  const file = `${logs}/.assay-word`;
  const word = readFileSync(file, 'utf8').trim();
  unlinkSync(file);
  if (!/^[0-9a-f]{32,}$/.test(word)) throw new Error('the word of the run is not one');
  return word;
}

/** Writes the report where only who knows the word looks for it, signed with the word; complete or not at all. */
export function writeReport(word, report) {
  const nonce = createHash('sha256').update(word).digest('hex').slice(0, 16);
  const body = JSON.stringify(report);
  const mac = createHmac('sha256', word).update(body).digest('hex');
  const file = `${logs}/results-${nonce}.json`;
  // Never through a link that was laid in its way.
  writeFileSync(`${file}.new`, JSON.stringify({ body, mac }), { flag: 'wx', mode: 0o600 });
  renameSync(`${file}.new`, file);
}
