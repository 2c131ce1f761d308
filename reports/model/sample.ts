import type { RunFacts } from './build.ts';
import type { CaseResult, Flow, Violation } from './run-result.ts';

/** A small run with one case of each outcome, for the tests of the model and of its writers. */
export const sampleViolation: Violation = {
  namespace: 'lab',
  pod: 'a',
  podIP: '10.203.1.7',
  node: 'node-1',
  destination: 'witness 172.16.20.20:8080',
  protocol: 'tcp',
  seen: '172.16.18.121',
  seenOwner: 'node-1',
  expected: ['172.16.18.131'],
  count: 3,
  of: 20,
  firstAtMs: 412,
};

export const samplePass: CaseResult = {
  id: 'ID-01',
  title: 'a selected pod reaches the outside from its Egress IP',
  level: 'core',
  features: ['egress-ip.v4'],
  claimed: true,
  outcome: 'pass',
  startedAt: '2026-09-01T12:00:00.000Z',
  durationMs: 812.4,
  attempts: 1,
  checks: [
    { name: 'source', outcome: 'pass', message: '20 of 20 connections', measured: { latenessMs: 0.4 }, violations: [] },
  ],
  evidence: 'cases/ID-01',
  repeat: 'npx egressproof test ID-01 --seed 42',
};

export const sampleFail: CaseResult = {
  ...samplePass,
  id: 'ID-02',
  title: 'a pod on another node leaves with the same Egress IP',
  outcome: 'fail',
  durationMs: 1204,
  checks: [
    {
      name: 'source',
      outcome: 'fail',
      message: '3 of 20 connections had another source',
      violations: [sampleViolation],
    },
  ],
  evidence: 'cases/ID-02',
  repeat: 'npx egressproof test ID-02 --seed 42',
};

export const sampleFlow: Flow = {
  namespace: 'id-01-7f3a-lab',
  pod: 'a',
  podIP: '10.203.1.7',
  node: 'node-1',
  destination: 'witness 172.16.20.20',
  protocol: 'tcp',
  seen: '172.16.18.131',
  via: ['node-1'],
  outcome: 'ok',
  count: 20,
  firstAtMs: 12,
  lastAtMs: 812,
};

const withoutChecks = { attempts: 0, checks: [], durationMs: 0 } satisfies Partial<CaseResult>;

export const sampleSkip: CaseResult = {
  ...samplePass,
  ...withoutChecks,
  id: 'ID-10',
  title: 'SCTP leaves with the Egress IP',
  level: 'extended',
  features: ['sctp'],
  claimed: false,
  outcome: 'skip',
  reason: 'the kernel has no SCTP',
  repeat: 'npx egressproof test ID-10 --seed 42',
};

export const sampleUnknown: CaseResult = {
  ...samplePass,
  id: 'ID-03',
  title: 'every connection is accounted for',
  outcome: 'unknown',
  reason: 'the probe was 84 ms late, more than 20 ms',
  checks: [{ name: 'accounted', outcome: 'unknown', message: 'the probe was 84 ms late', violations: [] }],
  repeat: 'npx egressproof test ID-03 --seed 42',
};

export const sampleError: CaseResult = {
  ...samplePass,
  ...withoutChecks,
  id: 'ID-04',
  title: 'an unselected pod keeps its node address',
  attempts: 1,
  outcome: 'error',
  reason: 'pod lab/a did not become ready within 10,000 ms; last phase Pending',
  repeat: 'npx egressproof test ID-04 --seed 42',
};

export function sampleFacts(cases: readonly CaseResult[]): RunFacts {
  return {
    run: {
      id: '20260901T120000Z-7f3a',
      startedAt: '2026-09-01T12:00:00.000Z',
      durationMs: 41_250,
      command: ['test', '--seed', '42'],
      seed: 42,
      complete: true,
      config: { seed: 42, provider: 'netns' },
      provider: 'netns',
      topology: 'egress',
    },
    suite: { name: 'egressproof', version: '0.1.0', catalogue: 'ab'.repeat(32) },
    implementation: { name: 'bundled', version: '0.1.0', declared: { emptySelection: 'nothing', settleMs: 10_000 } },
    features: [
      { name: 'egress-ip.v4', profile: 'Core', level: 'core', claimed: true },
      { name: 'sctp', profile: 'Protocol', level: 'extended', claimed: false },
    ],
    clusters: [
      {
        topology: 'egress',
        nodes: [{ name: 'node-1', address: '172.16.18.121', podCIDR: '10.203.1.0/24' }],
        nodeLan: '172.16.18.0/24',
        router: '172.16.18.1',
        outside: { cidr: '172.16.20.0/24', witness: '172.16.20.20', database: '172.16.20.10' },
      },
    ],
    environment: {
      kernel: '6.12.0',
      cpus: 2,
      memoryBytes: 8_589_934_592,
      nodeVersion: 'v24.21.0',
      provider: { sandbox: 'user namespace' },
    },
    cases: [...cases],
    limitations: ['single host: all nodes share one kernel and its processors'],
    attachments: [],
  };
}
