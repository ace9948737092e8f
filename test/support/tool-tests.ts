/** Every tool of ours for real, in several languages: longer than the whole rest should take. `npm run proof:tools`. */
export const toolTests = [
  'harness/tools/**/*.docker.test.ts',
  'scorers/static/{tools,sarif}/**/*.docker.test.ts',
  'scorers/static/hostile.docker.test.ts',
  'scorers/spec/**/*.docker.test.ts',
];
