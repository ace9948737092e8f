import type { Rule } from './rule.ts';

export const python: readonly Rule[] = [
  {
    reason: 'tests, and what they are compared with',
    globs: ['**/test_*.py', '**/*_test{,s}.py', '**/tests.py', '**/tests', '**/conftest.py'],
  },
  {
    reason: 'chooses, prepares or reports tests',
    globs: [
      '**/{,.}pytest.{ini,toml}',
      '**/{tox.ini,tox.toml,noxfile.py,nose.cfg,.noserc,nose2.cfg,unittest.cfg,hatch.toml}',
      '**/.coveragerc{,.*}',
    ],
  },
  {
    reason: 'runs when the interpreter starts, before any test does',
    globs: ['**/{sitecustomize,usercustomize}{,.*}', '**/*.pth', '**/pyvenv.cfg'],
  },
  { reason: 'compiled code in place of a source', globs: ['**/__pycache__', '**/*.py[cod]'] },
  {
    reason: 'installed packages, and the entry points by which pytest finds plugins',
    globs: [
      '**/{site-packages,dist-packages,.venv,.tox,.nox,.eggs}',
      '**/*.{egg-info,dist-info,egg-link,egg}',
    ],
  },
  {
    reason: 'lock files, and what the environment of the tests is made from',
    globs: [
      '**/{poetry,uv,Pipfile,pdm,pixi}.lock',
      '**/{pylock.toml,pylock.*.toml,uv.toml,conda-lock.yml}',
      '**/requirements*.lock',
      '**/{test,tests,testing,dev}{-,_}{requirements,constraints}*.txt',
      '**/{requirements,constraints}{-,_,.}{test,tests,testing,dev}*.txt',
      '**/requirements/{test,tests,testing,dev}*.txt',
      '**/pip.{conf,ini}',
    ],
  },
];
