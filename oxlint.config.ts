import { defineConfig } from 'oxlint';
import type { OxlintOverride } from 'oxlint';

/**
 * suites -> harness -> clusters -> agent, harness -> reports/model <- reports. What a folder must not import, relative to it.
 * The last override that matches a file decides, so each one names both its directions and the packages it may import.
 */
const directions = {
  agent: {
    regex: '^(\\.\\./)+(clusters|harness|suites|reports)/',
    message: 'agent knows none of the other folders.',
  },
  clusters: {
    regex: '^(\\.\\./)+(harness|suites|reports|agent/(controller|node|main))/',
    message: 'clusters knows agent/{api,base,kube,linux} and nobody else; it runs the agent as a program.',
  },
  harness: {
    regex: '^(\\.\\./)+(suites/|reports/([^m]|m[^o])|agent/(controller|node|main)/)',
    message: 'harness finds suites by their file names; of reports it knows the model.',
  },
  harnessDefects: {
    regex: '^(\\.\\./)+(suites/|reports/([^m]|m[^o])|agent/controller/)',
    message: 'A broken agent is the real one with its plan bent.',
  },
  harnessEntry: {
    regex: '^(\\.\\./)+(suites|agent/(controller|node|main))/',
    message: 'harness finds suites by their file names and runs the agent as a program.',
  },
  suites: {
    regex: '^(\\.\\./)+(clusters|agent|reports)/',
    message: 'suites knows harness only: what a case needs of its cluster, it is given.',
  },
  reports: {
    regex: '^(\\.\\./)+(suites|harness|clusters|agent)/',
    message: 'reports knows nobody else: a report is made from a result alone.',
  },
  model: {
    regex: '^(\\.\\./)+(suites|harness|clusters|agent|reports|json|junit|terminal)/',
    message: 'The model knows nobody: the harness and every report depend on it.',
  },
};

const places = {
  execa: 'agent/linux/exec.ts',
  '@kubernetes/client-node': 'agent/kube',
  undici: 'harness/traffic',
  koffi: 'agent/linux',
  'prom-client': 'agent/metrics',
  testcontainers: 'clusters/kind',
  zx: 'harness/scripts',
  vitest: 'tests and harness/runner',
};
type Package = keyof typeof places;

const network = {
  regex: '^(node:)?(net|http|https|http2|dgram|tls|dns|child_process|worker_threads)(/|$)',
  message: 'A report is made without a network and without other programs.',
};

function imports(files: string[], direction: keyof typeof directions | null, ...allowed: Package[]): OxlintOverride {
  const packages = Object.entries(places)
    .filter(([name]) => !(allowed as string[]).includes(name))
    .map(([name, place]) => ({ regex: `^${name}(/|$)`, message: `${name} is imported in ${place} only.` }));
  const patterns = [...packages];
  if (direction !== null) patterns.push(directions[direction]);
  if ((direction === 'reports' || direction === 'model') && allowed.length === 0) patterns.push(network);
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

/** A folder's sources, and its tests, which may import vitest as well. */
function folder(path: string, direction: keyof typeof directions, ...allowed: Package[]): OxlintOverride[] {
  return [
    imports([`${path}/**/*.ts`], direction, ...allowed),
    imports([`${path}/**/*.{test,suite,contract}.ts`], direction, 'vitest', ...allowed),
  ];
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true },
  env: { node: true, es2024: true },
  ignorePatterns: ['**/*.generated.*'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-explicit-any': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
    'prefer-const': 'error',
    'max-lines': ['error', { max: 300 }],
    'no-restricted-globals': [
      'error',
      { name: 'fetch', message: 'Requests to the API server go through agent/kube, traffic through harness/traffic.' },
    ],
    // An expectation's second argument says what was seen when it is not met.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'fc.assert'] }],
    // One argument and its value a line.
    'unicorn/no-useless-spread': 'off',
    // A table of cases with two kinds of expectation is clearer than two tables.
    'vitest/no-conditional-expect': 'off',
  },
  overrides: [
    imports(['*.ts'], null, 'vitest'),
    ...folder('agent', 'agent'),
    ...folder('agent/linux', 'agent', 'koffi'),
    imports(['agent/linux/exec.ts'], 'agent', 'execa'),
    ...folder('agent/kube', 'agent', '@kubernetes/client-node'),
    ...folder('agent/metrics', 'agent', 'prom-client'),
    ...folder('clusters', 'clusters'),
    ...folder('clusters/kind', 'clusters', 'testcontainers'),
    ...folder('harness', 'harness'),
    ...folder('harness/traffic', 'harness', 'undici'),
    ...folder('harness/cli', 'harnessEntry'),
    ...folder('harness/scripts', 'harnessEntry', 'zx'),
    ...folder('harness/defects', 'harnessDefects'),
    ...folder('harness/runner', 'harnessEntry', 'vitest'),
    ...folder('suites', 'suites'),
    ...folder('reports', 'reports'),
    ...folder('reports/model', 'model'),
    // Objects of the API are open JSON there, and their schema has been checked before.
    {
      files: ['clusters/apiserver/**/*.ts'],
      rules: { 'typescript/no-explicit-any': 'off', 'typescript/no-base-to-string': 'off' },
    },
    { files: ['*.config.ts', 'suites/**/*.case.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
});
