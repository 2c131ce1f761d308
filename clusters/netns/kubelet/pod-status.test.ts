import { expect, test } from 'vitest';
import type { Pod } from './objects.ts';
import { planPodStatus } from './pod-status.ts';
import type { ContainerState } from './pod-status.ts';

const container = (exitCode: number | null): ContainerState => ({
  name: 'c',
  image: 'i',
  id: 'netns://1',
  restarts: 0,
  startedAt: 't0',
  ready: true,
  ended: exitCode === null ? null : { exitCode, at: 't1' },
  previous: null,
});
const pod = (restartPolicy: 'Always' | 'OnFailure' | 'Never'): Pod => ({
  metadata: { name: 'p' },
  spec: { restartPolicy, containers: [] },
});
const status = (policy: 'Always' | 'OnFailure' | 'Never', ...codes: (number | null)[]) =>
  planPodStatus(
    pod(policy),
    { podIPs: ['10.0.0.2'], hostIPs: ['10.0.0.1'], startTime: 't0', containers: codes.map(container) },
    't2',
  );
const ready = (one: ReturnType<typeof status>) =>
  one.conditions?.find((condition) => condition.type === 'Ready')?.status;

test.each([
  ['Always', [null], 'Running', 'True'],
  ['Always', [1], 'Running', 'False'],
  ['Never', [0], 'Succeeded', 'False'],
  ['Never', [0, null], 'Running', 'False'],
  ['Never', [0, 1], 'Failed', 'False'],
  ['OnFailure', [0], 'Succeeded', 'False'],
] as const)('restartPolicy %s, exit codes %o: %s, Ready %s', (policy, codes, phase, isReady) => {
  const result = status(policy, ...codes);
  expect([result.phase, ready(result)]).toEqual([phase, isReady]);
});

test('a container that is not ready keeps its pod from being ready', () => {
  const observed = { podIPs: ['10.0.0.2'], hostIPs: ['10.0.0.1'], startTime: 't0' };
  const containers = [container(null), { ...container(null), ready: false }];
  const result = planPodStatus(pod('Always'), { ...observed, containers }, 't2');
  expect([result.phase, ready(result)]).toEqual(['Running', 'False']);
});

test('a condition that stays keeps its time', () => {
  const before = {
    ...pod('Always'),
    status: { conditions: [{ type: 'Ready', status: 'True' as const, lastTransitionTime: 'earlier' }] },
  };
  const observed = { podIPs: ['10.0.0.2'], hostIPs: ['10.0.0.1'], startTime: 't0', containers: [container(null)] };
  expect(
    planPodStatus(before, observed, 't2').conditions?.find((one) => one.type === 'Ready')?.lastTransitionTime,
  ).toBe('earlier');
});
