import type { Rule } from './rule.ts';

/** Ruby, PHP, .NET, Elixir, Dart, Swift, Perl, shell. */
export const others: readonly Rule[] = [
  {
    reason: 'tests',
    globs: [
      '**/*_{spec,test}.{rb,exs,dart}',
      '**/*Test.php',
      '**/*.{Tests,UnitTests,IntegrationTests}',
      '**/*.{phpt,feature,bats}',
    ],
  },
  {
    reason: 'chooses, prepares or reports tests',
    globs: [
      '**/{.rspec,.rspec-local,.simplecov,dart_test.yaml,xunit.runner.json,behat.yml,codeception.yml}',
      '**/phpunit{,.*}.xml{,.*}',
      '**/*.runsettings',
      '**/.user.ini',
    ],
  },
  {
    reason: 'installed packages',
    globs: ['**/.bundle', '**/vendor/{bundle,composer,autoload.php}'],
  },
  {
    reason: 'lock files',
    globs: ['**/{Gemfile.lock,composer.lock,mix.lock,pubspec.lock,Package.resolved,packages.lock.json}'],
  },
];

export const general: readonly Rule[] = [
  {
    reason: 'helpers of tests',
    globs: ['**/{test,tests,spec}{-,_}{util,utils,helper,helpers,support,setup,fixtures}{,.*}'],
  },
  {
    reason: 'read by shells and other programs whose home is the workspace, before the tests start',
    globs: [
      '**/.{bashrc,bash_profile,bash_login,bash_logout,bash_aliases,profile,shrc,kshrc,inputrc}',
      '**/.{zshenv,zshrc,zprofile,zlogin,zlogout}',
      '**/.{curlrc,wgetrc,netrc,pypirc,pythonrc,pythonrc.py,pdbrc,gemrc,local}',
      '**/.config/{fish,pip,pypoetry,uv,mise,git}',
    ],
  },
  {
    reason: 'sets the environment in which the tests start',
    globs: [
      '**/.env{,rc,.local}',
      '**/.env.{test,testing,ci,dev,development,prod,production,staging}{,.local}',
      '**/{.direnv,.tool-versions,.sdkmanrc}',
      '**/.{node,python,ruby,java,go}-version',
      '**/.nvmrc',
      '**/{.mise,{,.}mise{,.local}.toml}',
    ],
  },
  {
    reason: 'hooks and filters of git',
    globs: [
      '**/{.gitattributes,.gitmodules,.gitconfig,.githooks,.husky}',
      '**/{,.}lefthook{,-local}.{yml,yaml,toml,json}',
      '**/.pre-commit-config.yaml',
    ],
  },
];
