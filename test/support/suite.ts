import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a folder from a map of relative path → content; names ending in `.sh` become executable. */
export function writeTree(dir: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
}

/**
 * A whole small Harbor task: the workspace holds `answer.txt` with `0`; the tests want `42` in it and `keep.txt` left
 * as it is, and write CTRF and a reward.
 */
export function answerTask(name: string): Record<string, string> {
  return {
    [`tasks/${name}/task.toml`]: `schema_version = "1.4"
[task]
name = "test/${name}"
[agent]
timeout_sec = 20.0
[verifier]
timeout_sec = 20.0
[environment]
network_mode = "no-network"
workdir = "/app"
`,
    [`tasks/${name}/instruction.md`]: `Write 42 into /app/answer.txt (${name}).\n`,
    [`tasks/${name}/environment/Dockerfile`]:
      'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY answer.txt keep.txt /app/\n',
    [`tasks/${name}/environment/answer.txt`]: '0\n',
    [`tasks/${name}/environment/keep.txt`]: 'keep\n',
    [`tasks/${name}/tests/test.sh`]: '#!/bin/bash\nexec python3 -I /tests/run.py\n',
    [`tasks/${name}/tests/run.py`]: `import json, pathlib
checks = {
    "answer is 42": pathlib.Path("/app/answer.txt").read_text().strip() == "42" if pathlib.Path("/app/answer.txt").is_file() else False,
    "keep.txt is kept": pathlib.Path("/app/keep.txt").is_file() and pathlib.Path("/app/keep.txt").read_text() == "keep\\n",
}
tests = [{"name": name, "status": "passed" if ok else "failed", "duration": 0} for name, ok in checks.items()]
passed = sum(checks.values())
logs = pathlib.Path("/logs/verifier")
logs.joinpath("ctrf.json").write_text(json.dumps({"results": {"tool": {"name": "checks"}, "summary": {
    "tests": len(tests), "passed": passed, "failed": len(tests) - passed, "pending": 0, "skipped": 0, "other": 0, "start": 0, "stop": 0}, "tests": tests}}))
logs.joinpath("reward.txt").write_text("1" if passed == len(tests) else "0")
`,
    [`tasks/${name}/solution/solve.sh`]: '#!/bin/bash\necho 42 > /app/answer.txt\n',
  };
}

/** A patch that replaces the one line of `answer.txt`, and adds `lines` lines of notes. */
export function answerPatch(answer: string, lines = 0): string {
  const notes =
    lines === 0
      ? ''
      : `diff --git a/notes.txt b/notes.txt\nnew file mode 100644\n--- /dev/null\n+++ b/notes.txt\n@@ -0,0 +1,${lines} @@\n${Array.from({ length: lines }, (_, index) => `+note ${index + 1}\n`).join('')}`;
  return `diff --git a/answer.txt b/answer.txt\n--- a/answer.txt\n+++ b/answer.txt\n@@ -1 +1 @@\n-0\n+${answer}\n${notes}`;
}

/** One line of a predictions file. */
export function prediction(task: string, model: string, patch: string | null): string {
  return `${JSON.stringify({ instance_id: task, model_name_or_path: model, model_patch: patch })}\n`;
}
