'use strict';
const { text } = require('./primordials.cjs');
const { snapshot, watchBuiltins, watchClocks } = require('./watch.cjs');

/**
 * Watches over one test file from inside of its process. Made before any code of the candidate runs. `areFaked()` tells
 * whether the framework's own fake clocks are in use; `realTimers()` puts them back the way the framework itself does
 * it, and what then still is another one, others replaced.
 */
function makeGuard(global, { areFaked, realTimers }) {
  const language = watchBuiltins(global);
  const clocks = watchClocks(global);
  const framework = snapshot();
  const chance = snapshot();
  chance.property('Math.random()', global.Math, 'random');
  // One text and not a list: nothing can come between, and a repeated finding is kept once.
  let found = '';
  let count = 0;

  function note(violation) {
    const line = `${text(violation)}\n`;
    if (count === 50 || includesLine(found, line)) return;
    count += 1;
    found += line;
  }

  return Object.freeze({
    framework,
    note,
    /** The file was loaded, and no hook or test has run yet. */
    onLoaded() {
      language.compare(note);
      framework.compare(note);
      chance.compare(note);
      if (!areFaked()) clocks.compare(note);
    },
    onTested() {
      language.compare(note);
      framework.compare(note);
    },
    /** Everything has run. Gives what was found, one violation a line. */
    onEnded() {
      language.compare(note);
      framework.compare(note);
      realTimers();
      clocks.compare(note);
      return found;
    },
  });
}

/** `text.includes(line)` without a method of strings. */
function includesLine(all, line) {
  let start = 0;
  for (let index = 0; index < all.length; index += 1) {
    if (all[index] !== '\n') continue;
    let isSame = index + 1 - start === line.length;
    for (let offset = 0; isSame && offset < line.length; offset += 1)
      isSame = all[start + offset] === line[offset];
    if (isSame) return true;
    start = index + 1;
  }
  return false;
}

module.exports = Object.freeze({ makeGuard });
