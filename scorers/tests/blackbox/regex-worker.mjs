/** Runs regular expressions where one that does not come to an end can be stopped: see regex.ts. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', ({ source, flags, text }) => {
  parentPort?.postMessage(new RegExp(source, flags).test(text));
});
