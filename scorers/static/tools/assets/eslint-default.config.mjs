// What a workspace without a configuration of its own is linted with: what ESLint and typescript-eslint recommend,
// without rules that need types.
import js from '@eslint/js';
import globals from 'globals';
import typescript from 'typescript-eslint';

export default typescript.config(
  { linterOptions: { reportUnusedDisableDirectives: 'off' } },
  {
    ...js.configs.recommended,
    files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
    languageOptions: {
      parserOptions: { ecmaFeatures: { jsx: true } },
      globals: {
        ...globals.browser,
        ...globals.node,
        ...globals.jest,
        ...globals.mocha,
        ...globals.vitest,
      },
    },
  },
  { files: ['**/*.{ts,tsx,mts,cts}'], extends: [typescript.configs.recommended] },
);
