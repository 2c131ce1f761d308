import { z } from 'zod';
import { judgeFeature, outcomeOf, resultOf, statisticsOf } from './verdict.ts';

/** Bumped whenever a reader of the previous version could misread a result. */
export const apiVersion = 'egressproof.dev/v1alpha1';

const name = z.string().min(1);
const address = z.union([z.ipv4(), z.ipv6()]);
const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** RFC 3339 in UTC, e.g. `2026-09-01T12:00:00.000Z`. */
const instant = z.iso.datetime();
/** Milliseconds; fractions allowed. */
const milliseconds = z.number().min(0);

/** Wrong connections of one pod to one destination that share what was seen and what was expected. */
const violation = z.strictObject({
  /** Null where the sender is no pod that the run knows. */
  namespace: name.nullable(),
  pod: name.nullable(),
  podIP: address.nullable(),
  node: name.nullable(),
  /** Address and port, `172.16.20.20:8080`, or a host name in front of them, `witness 172.16.20.20:8080`. */
  destination: name,
  protocol: z.enum(['tcp', 'udp', 'http', 'icmp', 'sctp', 'postgresql', 'other']),
  /** The source address that arrived outside; null when nothing arrived. */
  seen: address.nullable(),
  /** Whose address that is, e.g. `node-1`. */
  seenOwner: name.optional(),
  /** How the connection ended when nothing arrived, e.g. `timed out`. */
  ended: name.optional(),
  /** Source addresses that would have been right; empty when nothing was to arrive. */
  expected: z.array(address),
  /** Wrong connections, out of `of` made. */
  count: z.int().min(1),
  of: z.int().min(1),
  /** The first wrong one, in milliseconds after the case's load began. */
  firstAtMs: milliseconds,
});

const check = z
  .strictObject({
    name,
    outcome: z.enum(['pass', 'fail', 'unknown']),
    message: z.string(),
    /** Named numbers; every name ends in its unit, e.g. `blackoutMs`. */
    measured: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), z.number()).optional(),
    violations: z.array(violation),
  })
  .refine(({ outcome, violations }) => outcome !== 'pass' || violations.length === 0, {
    error: 'a check with violations cannot have passed',
  });

/** The connections of one pod to one destination that ended alike, as they really went. */
const flow = z.strictObject({
  namespace: name,
  pod: name,
  podIP: address.nullable(),
  node: name,
  /** Its name and address, `witness 172.16.20.20`. */
  destination: name,
  protocol: name,
  /** The source address that the destination saw; null where none answered. */
  seen: address.nullable(),
  /** Whose address that is; absent for an Egress IP. */
  seenOwner: name.optional(),
  /** The nodes that sent their packets out of the cluster, by the hardware addresses on the wire. */
  via: z.array(name),
  /** `ok`, or how they ended. */
  outcome: name,
  count: z.int().min(1),
  /** The first and the last of them, in milliseconds after the case began. */
  firstAtMs: milliseconds,
  lastAtMs: milliseconds,
});

const caseResult = z
  .strictObject({
    id: name,
    title: name,
    level: z.enum(['core', 'extended', 'declared', 'measurement']),
    features: z.array(name),
    /** Whether the implementation claims every feature of the case. */
    claimed: z.boolean(),
    /** `unknown`: the probe itself was disturbed. `error`: the case could not be run to its end. Neither judges the implementation. */
    outcome: z.enum(['pass', 'fail', 'unknown', 'skip', 'error']),
    reason: name.optional(),
    startedAt: instant,
    durationMs: milliseconds,
    /** How often the case was run to get this outcome; 0 when skipped. */
    attempts: count,
    /** In the order in which the case names them. */
    checks: z.array(check),
    /** Of which cluster it ran on; absent where it did not run. */
    topology: name.optional(),
    /** Absent where nothing was sent. */
    flows: z.array(flow).optional(),
    /** Folder with what was recorded, relative to the run's folder. */
    evidence: name.optional(),
    /** The command that repeats this case. */
    repeat: name,
  })
  .superRefine(({ outcome, reason, checks }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if ((outcome === 'skip' || outcome === 'unknown' || outcome === 'error') && reason === undefined)
      refuse(`outcome ${outcome} needs a reason`);
    if (outcome === 'pass' && outcomeOf(checks) !== 'pass')
      refuse(`outcome pass needs at least one check, all passed; the checks say ${outcomeOf(checks)}`);
    if (outcome === 'unknown' && outcomeOf(checks) === 'fail') refuse('outcome unknown hides a check that failed');
  });

const run = z.strictObject({
  id: name,
  startedAt: instant,
  durationMs: milliseconds,
  /** The arguments of the command line, without the program's own name. */
  command: z.array(z.string()),
  seed: z.int(),
  /** False when the run was interrupted or did not run every case of the suite. */
  complete: z.boolean(),
  /** Why the testbed did not come up or was lost, if so; no verdict on the implementation. */
  setUpFailure: name.optional(),
  /** The effective configuration. */
  config: z.record(z.string(), z.json()),
  provider: z.enum(['netns', 'kind', 'existing']),
  topology: name,
});

/** What a run was made on. */
const clusterFacts = z.strictObject({
  topology: name,
  nodes: z.array(z.strictObject({ name, address, podCIDR: name })),
  nodeLan: name,
  router: address,
  outside: z.strictObject({ cidr: name, witness: address, database: address }),
});

const attachment = z.strictObject({ path: name, bytes: count, sha256 });

const featureResult = z.strictObject({
  name,
  /** The group of features that it is claimed with, e.g. `Selection`. */
  profile: name,
  level: z.enum(['core', 'extended']),
  /**
   * `proven`: its cases passed. `failed`: one of them failed. `not proven`: none passed, or one could not be judged.
   * `not declared`: the implementation does not claim it, which is never a pass.
   */
  status: z.enum(['proven', 'failed', 'not proven', 'not declared']),
  /** Cases that have it, by outcome; `open`: unknown or error. */
  passed: count,
  failed: count,
  open: count,
  skipped: count,
});

const environment = z.strictObject({
  kernel: name,
  cpus: z.int().min(1),
  memoryBytes: count,
  nodeVersion: name,
  /** What the provider found out about itself, e.g. `{ "kubernetes": "v1.36.1" }`. */
  provider: z.record(name, z.union([z.string(), z.number(), z.boolean()])),
});

const runResult = z
  .strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal('RunResult'),
    run,
    suite: z.strictObject({
      name,
      version: name,
      commit: z
        .string()
        .regex(/^[0-9a-f]{7,64}$/)
        .optional(),
      /** SHA-256 of what identifies the cases that there were, whether they were run or not. */
      catalogue: sha256,
    }),
    implementation: z.strictObject({
      name,
      version: name,
      /** What it says it does where implementations differ; tested as declared. */
      declared: z.record(name, z.union([z.string(), z.number(), z.boolean()])),
    }),
    environment,
    clusters: z.array(clusterFacts),
    result: z.enum(['success', 'partial', 'failure', 'inconclusive']),
    features: z.array(featureResult),
    cases: z.array(caseResult),
    statistics: z.strictObject({ passed: count, failed: count, unknown: count, skipped: count, error: count }),
    /** What a reader must not conclude from this run. */
    limitations: z.array(name),
    /** What was recorded, by paths below the folder of the run. */
    attachments: z.array(attachment),
  })
  .superRefine(({ run, result, features, cases, statistics }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const ids = cases.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) refuse(['cases'], `case ${twice} occurs twice`);
    if (run.complete && run.setUpFailure !== undefined)
      refuse(['run', 'complete'], 'cannot be true where the testbed failed');
    for (const [index, feature] of features.entries()) {
      const judged = judgeFeature({ ...feature, claimed: feature.status !== 'not declared' }, cases);
      for (const key of ['status', 'passed', 'failed', 'open', 'skipped'] as const)
        if (feature[key] !== judged[key])
          refuse(
            ['features', String(index), key],
            `${feature.name} is ${feature[key]}, but the cases say ${judged[key]}`,
          );
    }
    const expected = resultOf(cases, features, run.complete);
    if (result !== expected) refuse(['result'], `is ${result}, but the cases say ${expected}`);
    const counted = statisticsOf(cases);
    for (const key of ['passed', 'failed', 'unknown', 'skipped', 'error'] as const)
      if (statistics[key] !== counted[key])
        refuse(['statistics', key], `is ${statistics[key]}, but the cases say ${counted[key]}`);
  });

export type RunResult = z.infer<typeof runResult>;
export type FeatureResult = z.infer<typeof featureResult>;
export type CaseResult = z.infer<typeof caseResult>;
export type CheckResult = z.infer<typeof check>;
export type Attachment = z.infer<typeof attachment>;
export type Flow = z.infer<typeof flow>;
export type ClusterFacts = z.infer<typeof clusterFacts>;
export type Violation = z.infer<typeof violation>;

/** A result that does not follow the model; the message names each field. */
export class InvalidRunResultError extends Error {
  override readonly name = 'InvalidRunResultError';
}

/** Accepts only a result that is valid in itself: unknown fields and contradicting counts are errors. */
export function parseRunResult(value: unknown): RunResult {
  const parsed = runResult.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || '(top)'}: ${message}`);
  throw new InvalidRunResultError(`not a valid ${apiVersion} RunResult:\n${issues.join('\n')}`);
}
