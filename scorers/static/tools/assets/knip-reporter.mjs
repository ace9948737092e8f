// Writes what knip's own JSON leaves out too: how many files it has analysed.
import { readFileSync, writeFileSync } from 'node:fs';

const { report: path } = JSON.parse(readFileSync('/opt/assay/static/knip/request.json', 'utf8'));

export default function report({ report, issues, counters, hasConfigLoadErrors }) {
  const found = [];
  for (const [type, isWanted] of Object.entries(report)) {
    if (!isWanted) continue;
    for (const byFile of Object.values(issues[type] ?? {}))
      for (const { filePath, symbol, symbols, parentSymbol, severity, line, col } of Object.values(byFile))
        found.push({
          type,
          path: filePath,
          symbol: symbols === undefined ? symbol : symbols.map((each) => each.symbol).join(', '),
          parent: parentSymbol ?? null,
          severity: severity ?? null,
          line: line ?? null,
          column: col ?? null,
        });
  }
  const files = counters.processed;
  writeFileSync(path, JSON.stringify({ files, failed: hasConfigLoadErrors === true, issues: found }));
}
