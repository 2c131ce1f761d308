import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '.egressproof/**'];
/** These share the machine's processors and time limits are part of what they judge: one file at a time. */
const oneAtATime = { fileParallelism: false, maxWorkers: 1, sequence: { concurrent: false } };

export default defineConfig({
  test: {
    retry: 0,
    teardownTimeout: 30_000,
    // A test that was left focused, or a pattern that matches nothing, must not pass for a green run.
    allowOnly: false,
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, '**/*.{browser,netns,kind}.test.ts', 'suites/**/*.suite.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['**/*.browser.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...oneAtATime,
          sequence: { ...oneAtATime.sequence, groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'netns',
          include: ['**/*.netns.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...oneAtATime,
          sequence: { ...oneAtATime.sequence, groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'kind',
          include: ['**/*.kind.test.ts'],
          exclude,
          // A case of the suite waits for the cluster, and for the cases before it; those that run alone for all others.
          testTimeout: 2_400_000,
          hookTimeout: 300_000,
          ...oneAtATime,
          sequence: { ...oneAtATime.sequence, groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'suites',
          include: ['suites/**/*.suite.ts'],
          exclude,
          // A case that runs alone waits for all others.
          testTimeout: 900_000,
          hookTimeout: 120_000,
          ...oneAtATime,
          sequence: { ...oneAtATime.sequence, groupOrder: 3 },
        },
      },
    ],
  },
});
