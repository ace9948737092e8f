import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTestTask, openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { pytestImage } from '../../../test/support/python-images.ts';
import { tryTests } from './assets/python/testing.ts';
import { pytest } from './pytest.ts';
import { unittest } from './unittest.ts';

let engine: TestEngine;
let image: PreparedImage;
const cleanUp: (() => Promise<unknown>)[] = [];

const system = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

beforeAll(async () => {
  engine = await openTestEngine();
  cleanUp.unshift(() => engine.sandbox.close());
  const task = await makeTestTask({
    // An editable installation, a plugin and start-up code of the image itself.
    Dockerfile: `FROM ${await pytestImage(engine.docker)}
WORKDIR /app
RUN mkdir -p src lib /opt/link && ln -s /app/bin /opt/link/bin \
 && site=$(python3 -c 'import os, pytest; print(os.path.dirname(os.path.dirname(pytest.__file__)))') && echo /app/src > $site/editable.pth \
 && echo "print('IMAGE STARTS')" > $site/usercustomize.py \
 && printf 'def pytest_configure(config):\\n    print("IMAGE PLUGIN")\\n' > $site/image_plugin.py \
 && mkdir $site/image_plugin-1.dist-info \
 && printf 'Metadata-Version: 2.1\\nName: image-plugin\\nVersion: 1\\n' > $site/image_plugin-1.dist-info/METADATA \
 && printf '[pytest11]\\nimage = image_plugin\\n' > $site/image_plugin-1.dist-info/entry_points.txt
`,
  });
  cleanUp.unshift(() => task.remove());
  image = await engine.sandbox.prepare(task, { user: null });
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

const hit = (name: string) => `import os\nos.write(2, b'HIT ${name}\\n')\n`;

/** Files of a candidate that would run before, or in place of, what judges it. */
const planted = {
  ...Object.fromEntries(
    [
      'sitecustomize',
      'usercustomize',
      'pytest',
      '_pytest',
      'pluggy',
      'hashlib',
      'json',
      'hmac',
      'ctypes',
      'assay',
    ].flatMap((name) =>
      ['', 'src/', 'lib/', '.local/lib/python3.11/site-packages/'].map((folder) => [
        `${folder}${name}.py`,
        hit(name),
      ]),
    ),
  ),
  '.local/lib/python3.11/site-packages/start.pth': "import os; os.write(2, b'HIT pth\\n')\n",
  'bin/python3': '#!/bin/sh\necho HIT path >&2\nexec /usr/bin/python3 "$@"\n',
  'evil_plugin.py': hit('plugin'),
  ...Object.fromEntries(
    ['', 'src/', 'lib/'].flatMap((folder) => [
      [`${folder}evil-1.dist-info/METADATA`, 'Metadata-Version: 2.1\nName: evil\nVersion: 1\n'],
      [`${folder}evil-1.dist-info/entry_points.txt`, '[pytest11]\nevil = evil_plugin\n'],
    ]),
  ),
  'src/edited.py': 'value = 1\n',
  'lib/given.py': 'value = 2\n',
  'solution.py': 'value = 3\n',
};
const env = {
  PATH: `/app/bin:/opt/link/bin:bin::${system}`,
  PYTHONPATH: '/app:/app/lib:',
  PYTHONSTARTUP: '/app/evil_plugin.py',
  PYTEST_ADDOPTS: '-p evil_plugin',
  PYTEST_PLUGINS: 'evil_plugin',
  HOME: '/app',
};

it('starts nothing of the workspace, and lets the tests import from it', async () => {
  for (const runner of [pytest, unittest]) {
    const { outcomes, report, output } = await tryTests({
      sandbox: engine.sandbox,
      image,
      runner,
      candidate: planted,
      env,
      tests: {
        'tests/test_import.py': `import os, subprocess, sys, unittest
import edited, given, solution
class T(unittest.TestCase):
    def test_values(self):
        self.assertEqual((edited.value, given.value, solution.value), (1, 2, 3))
    def test_environment(self):
        self.assertEqual(os.environ['PYTHONPATH'], '/app:/app/lib:')
        self.assertEqual([name for name in os.environ if name.startswith('ASSAY')], [])
        self.assertEqual(hash('fixed'), int(subprocess.run([sys.executable, '-S', '-c', "print(hash('fixed'))"], env={'PYTHONHASHSEED': '0'}, stdout=subprocess.PIPE).stdout))
`,
      },
    });
    expect(report?.violations).toEqual([]);
    expect(outcomes).toEqual(
      ['environment', 'values'].map((name) => `pass tests/test_import.py::T::test_${name}`),
    );
    // The subprocess of the test is not ours.
    expect(output).not.toContain('HIT');
    expect(output).toContain('IMAGE STARTS');
    expect(output.includes('IMAGE PLUGIN')).toBe(runner === pytest);
  }
});

it('reads no compiled code that lies beside the sources', async () => {
  const cached = await tryTests({
    sandbox: engine.sandbox,
    image,
    runner: pytest,
    candidate: {
      'solution.py': `import os, py_compile
def forge(source, name, extra):
    os.makedirs(os.path.dirname(name), exist_ok=True)
    open('/tmp/forged.py', 'w').write(extra)
    py_compile.compile('/tmp/forged.py', name, source, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
passing = 'def test_answer(): pass\\n'
for tag in 'cpython-311', 'cpython-311-pytest-7.2.1':
    forge('/app/tests/test_b.py', '/app/tests/__pycache__/test_b.%s.pyc' % tag, passing)
    forge('/app/tests/helper.py', '/app/tests/__pycache__/helper.%s.pyc' % tag, 'value = 42\\n')
import struct
stat = os.stat('/app/tests/test_b.py')
for name in os.listdir('/app/tests/__pycache__'):
    if 'pytest' in name:
        path = '/app/tests/__pycache__/' + name
        code = open(path, 'rb').read()[16:]
        head = open(path, 'rb').read()[:4] + struct.pack('<LLL', 0, int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF)
        open(path, 'wb').write(head + code)
`,
    },
    tests: {
      'tests/helper.py': 'value = 41\n',
      'tests/test_a.py': 'import solution\ndef test_a(): pass\n',
      'tests/test_b.py': 'from helper import value\ndef test_answer(): assert value == 42\n',
    },
  });
  expect(cached.outcomes).toEqual(['pass tests/test_a.py::test_a', 'fail tests/test_b.py::test_answer']);
});

it('says so where no Python lies outside of the workspace', async () => {
  const { report, output, exitCode } = await tryTests({
    sandbox: engine.sandbox,
    image,
    runner: pytest,
    candidate: planted,
    env: { PATH: '/app/bin' },
    tests: { 'test_a.py': '' },
  });
  expect(report).toBeNull();
  expect(exitCode).toBe(127);
  expect(output).toContain('the image has no python3 outside of the workspace');
});
