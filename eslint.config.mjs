import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The packages that each package may import, lower packages first. The design's order, and nothing beyond it. */
const LAYERS = {
  process: [],
  kconfig: ['process'],
  kbuild: ['process', 'kconfig'],
  rootfs: ['process'],
  disk: ['process', 'rootfs'],
  qemu: ['process'],
  gdb: ['process'],
  nx: ['process', 'kconfig', 'kbuild', 'rootfs', 'disk', 'qemu', 'gdb'],
  'create-bringup': ['process'],
  // Through nx as a user has it, but for the comparison of kbuild with the trees' own scripts, and disks to boot from.
  e2e: ['process', 'kconfig', 'kbuild', 'rootfs', 'disk', 'qemu', 'create-bringup'],
};

const constraints = Object.entries(LAYERS).map(([name, below]) => ({
  sourceTag: `package:${name}`,
  onlyDependOnLibsWithTags: below.map((lower) => `package:${lower}`),
}));

/** Nx is known to one package only, and execa to one. */
const reserved = (patterns, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }],
});
const NX = ['nx', 'nx/*', '@nx/*'];
/** Packages that have an entry of their own for what the graph of projects needs. */
const WHOLE_PACKAGES = ['kbuild', 'rootfs', 'disk', 'qemu'].map((name) => `@bringup/${name}`);
const EXECA = ['execa', 'node:child_process', 'child_process'];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.bringup', '**/fixtures', 'docs', '**/generated'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  { languageOptions: { globals: globals.node } },
  {
    files: ['packages/*/src/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: ['^(../)+jest[.].+[.]js$'],
          depConstraints: constraints,
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', 60],
      complexity: ['error', 15],
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='in']:not([left.type='Literal'])",
          message: 'A record also has the names of its prototype (toString): use Object.hasOwn.',
        },
      ],
    },
  },
  {
    files: ['packages/{kconfig,kbuild,rootfs,disk,qemu,gdb,create-bringup}/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: reserved(
      [...NX, ...EXECA],
      'Nx belongs to packages/nx, programs are run through @bringup/process.',
    ),
  },
  {
    files: ['packages/nx/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: reserved(EXECA, 'Programs are run through @bringup/process.'),
  },
  {
    files: ['packages/nx/src/{graph,workspace,options}/**/*.ts', 'packages/nx/src/plugin/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: WHOLE_PACKAGES.map((name) => ({
            name,
            allowTypeImports: true,
            message: `Nx loads this for each command: import ${name}/graph.`,
          })),
        },
      ],
    },
  },
  { files: ['packages/process/src/**/*.ts'], rules: reserved(NX, 'Nx belongs to packages/nx.') },
  {
    files: ['**/*.spec.ts', 'packages/e2e/**/*.ts'],
    languageOptions: { globals: globals.jest },
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' }, // CommonJS: Jest configurations and child programs.
  },
);
