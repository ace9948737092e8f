/**
 * Looks for secrets in files and says where they are, never what they are: `secretlint` itself prints the whole content of
 * every file. Arguments: root of the mounted package, file with the configuration, then the files. Prints one JSON array.
 */
import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root, configFile, ...files] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${root}/node_modules/@secretlint/${name}/module/index.js`).href);
const { lintSource } = await load('core');
const { loadPackagesFromConfigDescriptor } = await load('config-loader');

/** With it a comment in the file would hide what is found there. */
const silencer = '@secretlint/secretlint-rule-filter-comments';

const loaded = await loadPackagesFromConfigDescriptor({
  configDescriptor: JSON.parse(readFileSync(configFile, 'utf8')),
  node_moduleDir: `${root}/node_modules`,
});

// Presets are taken apart: one cannot switch off a rule of theirs.
const rules = loaded.config.rules
  .flatMap((entry) => {
    if (entry.rule.meta.type !== 'preset') return [entry];
    const settings = new Map((entry.rules ?? []).map((each) => [each.id, each]));
    return entry.rule.rules.map((rule) => ({ ...settings.get(rule.meta.id), id: rule.meta.id, rule }));
  })
  .filter(({ id, disabled }) => id !== silencer && disabled !== true);
if (rules.length === 0) throw new Error('the configuration leaves no rule');

const config = { ...loaded.config, rules };
const report = [];
for (const file of files) {
  const filePath = resolve(file);
  const source = {
    filePath,
    content: readFileSync(filePath, 'utf8'),
    ext: extname(file),
    contentType: 'text',
  };
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true } });
  report.push({
    file,
    messages: messages.map(({ ruleId, messageId, loc, docsUrl }) => ({ ruleId, messageId, loc, docsUrl })),
  });
}
process.stdout.write(`${JSON.stringify(report)}\n`);
