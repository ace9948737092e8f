import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { RunnerReport } from '../../runners/report.ts';
import { reportOf } from './real-runs.ts';

type ReportedTest = RunnerReport['tests'][number];

/** Whether the machine has this at all; tests that need it are left out elsewhere. */
export async function canRun(module: 'unittest' | 'pytest'): Promise<boolean> {
  const { failed } = await execa('python3', ['-c', `import ${module}`], { reject: false });
  return !failed;
}

const unittestScript = `
import importlib.util, json, os, sys, unittest
found = []
class Result(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.outcome = 'pass'
    def addFailure(self, test, err): self.outcome = 'fail'
    def addError(self, test, err): self.outcome = 'error'
    def addSkip(self, test, why): self.outcome = 'skipped'
    def addSubTest(self, test, part, err):
        if err: self.outcome = 'fail'
    def stopTest(self, test):
        super().stopTest(test)
        found.append({'file': self.file, 'name': test.id().split('.')[-2:], 'outcome': self.outcome})
for file in sys.argv[1:]:
    sys.path.insert(0, os.path.dirname(file))
    spec = importlib.util.spec_from_file_location('m' + str(len(sys.modules)), file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = Result()
    result.file = file
    unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
json.dump(found, open('found.json', 'w'))
`;

const pytestPlugin = `
import json, pytest
found = []
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == 'call' or (report.when == 'setup' and report.outcome != 'passed'):
        file, *name = report.nodeid.split('::')
        outcome = {'passed': 'pass', 'skipped': 'skipped'}.get(report.outcome, 'fail' if report.when == 'call' else 'error')
        found.append({'file': file, 'name': name, 'outcome': outcome})
def pytest_sessionfinish(session):
    json.dump(found, open('found.json', 'w'))
`;

/** What unittest says of these files. */
export async function runWithUnittest(folder: string, files: readonly string[]): Promise<RunnerReport> {
  await writeFile(join(folder, 'run_all.py'), unittestScript);
  return found(folder, files, ['run_all.py', ...files]);
}

/** What pytest says of these files. */
export async function runWithPytest(folder: string, files: readonly string[]): Promise<RunnerReport> {
  await writeFile(join(folder, 'found_plugin.py'), pytestPlugin);
  await writeFile(join(folder, 'pytest.ini'), '[pytest]\naddopts = --import-mode=importlib\n');
  return found(folder, files, [
    '-m',
    'pytest',
    '-q',
    '-p',
    'found_plugin',
    '-p',
    'no:cacheprovider',
    ...files,
  ]);
}

async function found(folder: string, files: readonly string[], args: string[]): Promise<RunnerReport> {
  const run = await execa('python3', args, {
    cwd: folder,
    env: { PYTHONPATH: `${folder}:${join(folder, 'original')}`, PYTHONDONTWRITEBYTECODE: '1' },
    reject: false,
    timeout: 60_000,
  });
  const tests: ReportedTest[] = JSON.parse(await readFile(join(folder, 'found.json'), 'utf8'));
  return reportOf(files, tests, run.exitCode);
}
