import type { Rule } from './rule.ts';

export const go: readonly Rule[] = [
  { reason: 'tests, and what they read', globs: ['**/*_test.go', '**/testdata'] },
  {
    reason: 'lets code in the workspace stand in for modules, such as the assertion library',
    globs: ['**/go.work{,.sum}', '**/go.env'],
  },
];

export const rust: readonly Rule[] = [
  { reason: 'tests', globs: ['**/tests.rs', '**/*_test{,s}.rs'] },
  {
    reason: 'chooses the tool chain, wraps the compiler, starts the tests',
    globs: ['**/.cargo', '**/rust-toolchain{,.toml}', '**/nextest.toml'],
  },
  { reason: 'lock files', globs: ['**/Cargo.lock'] },
];

export const jvm: readonly Rule[] = [
  {
    reason: 'tests, and what they read',
    globs: [
      '**/src/{test,it,integrationTest,functionalTest,testFixtures,androidTest}',
      '**/*{Test,Tests}.{java,kt,groovy,scala}',
    ],
  },
  {
    reason: 'is loaded by JUnit, or starts the build that runs it',
    globs: [
      '**/META-INF/services/org.junit.*',
      '**/{.mvn,gradle/wrapper}',
      '**/{gradlew,gradlew.bat,mvnw,mvnw.cmd,gradle.properties,testng.xml}',
    ],
  },
  {
    reason: 'lock files',
    globs: ['**/{gradle,buildscript-gradle}.lockfile', '**/gradle/verification-metadata.xml'],
  },
];
