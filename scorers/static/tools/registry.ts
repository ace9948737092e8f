import { advisories } from '../text/advisories.ts';
import { complexity } from '../text/complexity.ts';
import { suppressions } from '../text/suppressions.ts';
import type { TextTool } from '../text-tool.ts';
import type { ToolAdapter } from '../tool.ts';
import { astGrep } from './ast-grep.ts';
import { bandit } from './bandit.ts';
import { biome } from './biome.ts';
import { eslint } from './eslint.ts';
import { jscpd } from './jscpd.ts';
import { knip } from './knip.ts';
import { mypy } from './mypy.ts';
import { ruff } from './ruff.ts';
import { sarif } from './sarif.ts';
import { secretlint } from './secretlint.ts';
import { semgrep } from './semgrep.ts';
import { tsc } from './tsc.ts';

/** Tools that run in a container. */
export const toolAdapters: readonly ToolAdapter[] = [
  tsc,
  eslint,
  biome,
  astGrep,
  knip,
  jscpd,
  ruff,
  mypy,
  bandit,
  semgrep,
  secretlint,
  sarif,
];

/** Analyses of the harness's own. */
export const textTools: readonly TextTool[] = [suppressions, complexity, advisories];
