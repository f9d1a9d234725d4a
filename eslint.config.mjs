import tseslint from 'typescript-eslint';

/**
 * Arrows between folders point one way only. Each entry: files, and the folders they must not import.
 * `core` and `service` also import neither vscode nor Node.
 */
const pure = ['vscode', 'node:*', 'fs', 'path', 'vscode-languageclient', 'vscode-languageclient/*'];
const arrows = [
  ['extension/core/**', ['kernels', 'worker', 'jobs', 'service', 'server', 'client', 'cli', 'files'], pure],
  ['extension/kernels/**', ['worker', 'jobs', 'service', 'server', 'client', 'cli', 'files'], pure],
  ['extension/jobs/**', ['service', 'server', 'client', 'cli'], pure],
  ['extension/service/**', ['kernels', 'worker', 'jobs', 'server', 'client', 'cli', 'files'], pure],
  ['extension/worker/**', ['jobs', 'service', 'server', 'client', 'cli'], ['vscode']],
  ['extension/files/**', ['kernels', 'worker', 'jobs', 'service', 'server', 'client', 'cli'], ['vscode']],
  ['extension/server/**', ['kernels', 'worker', 'jobs', 'client', 'cli'], ['vscode', 'vscode-languageclient']],
  ['extension/cli/**', ['server', 'client'], ['vscode', 'vscode-languageclient', 'vscode-languageclient/*']],
  ['extension/client/**', ['cli', 'server'], []],
  ['webview/**', ['kernels', 'worker', 'jobs', 'service', 'server', 'client', 'cli', 'files'], ['vscode', 'node:*']],
];

/** Types may cross where the code may not: `jobs` and `webview` speak in the worker's and jobs' types. */
const oneWay = arrows.map(([files, folders, packages]) => ({
  files: [files],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(extension/)?(${folders.join('|')})(/|$)`,
            allowTypeImports: true,
            message: `${files} must not import ${folders.join(', ')}: arrows point one way (docs/architecture.md).`,
          },
          ...(packages.length
            ? [{ group: packages, allowTypeImports: true, message: `${files} stays free of hosts.` }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'artifacts/**',
      '.cache/**',
      'extension/kernels/assembly/**',
      'samples/**',
      '**/*.mjs',
      '**/*.js',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
    },
  },
  ...oneWay,
);
