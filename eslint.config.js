import tseslint from 'typescript-eslint'

const numericRooms = [
  'packages/{geometry,image,mesh,templates,segmentation,pose,sam6d,evaluation,testkit}/src/**/*.ts',
  'kernels/*/src/**/*.ts',
]

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/coverage/**',
      '**/*.mjs',
      '**/*.cjs',
      '**/*.js',
      'static/**',
      'out/**',
      // AssemblyScript
      'kernels/*/wasm/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.lint-numeric.json',
          './tsconfig.lint.json',
          './tsconfig.lint-console.json',
          './tsconfig.browser-tests.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: numericRooms,
    rules: {
      // Typed arrays never hold undefined inside their bounds; assertions would drown the formulas.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Take an Rng.' },
        { object: 'Date', property: 'now', message: 'Take a clock.' },
      ],
    },
  },
  {
    files: [
      'apps/cli/src/**/*.ts',
      'bench/**/*.ts',
      'examples/**/*.ts',
      'tests/parity/main.ts',
      'tests/parity/golden/generate.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.e2e.ts', 'tests/parity/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
)
