'use strict';
const { syncBuiltinESMExports } = require('node:module');

/**
 * Closes the ways by which code of a process can look into the variables of other code in it: Node's inspector and
 * pictures of the heap. What the guard knows, and nobody else may, lies there.
 */
function closeDoors() {
  const inspector = ['open', 'Session'];
  // All of them first: one is made from another.
  const doors = [
    [
      require('node:v8'),
      ['getHeapSnapshot', 'writeHeapSnapshot', 'setHeapSnapshotNearHeapLimit', 'queryObjects'],
    ],
    [require('node:inspector/promises'), inspector],
    [require('node:inspector'), inspector],
  ];
  for (const [builtin, names] of doors) for (const name of names) if (name in builtin) builtin[name] = closed;
  syncBuiltinESMExports();
}

function closed() {
  throw new Error('this is not available while tests are scored');
}

module.exports = Object.freeze({ closeDoors });
