import type { Destination, PodFacts, Sample } from '../history/events.ts';
import { endpoint } from '../traffic/endpoint.ts';
import { includesAddress } from './address.ts';
import { failed, passed, unknown, violationsOf, type CheckContext, type CheckResult } from './violations.ts';

export interface SourceRule {
  /** Every one of them must have made enough connections: a pod that made none proves nothing. */
  readonly pods: readonly PodFacts[];
  readonly samples: readonly Sample[];
  /** Connections that each pod must have made to each destination and protocol. */
  readonly atLeast: number;
}

/** Probes that failed by themselves count neither for nor against. */
function valid(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ outcome }) => outcome !== 'probeError');
}

/** Every connection arrived, and with one of the expected addresses. */
export function sourceAlways(
  rule: SourceRule & { readonly expectedOf: (pod: PodFacts, to: Destination) => readonly string[] },
  context: CheckContext,
): CheckResult {
  const samples = valid(rule.samples);
  const wrong = samples.filter(
    ({ pod, destination, outcome, seen }) =>
      outcome !== 'ok' || seen === undefined || !includesAddress(rule.expectedOf(pod, destination), seen.address),
  );
  if (wrong.length > 0) {
    const message = `${wrong.length} of ${samples.length} connections had another source, or none`;
    return failed(context.name, message, violationsOf(wrong, samples, rule.expectedOf, context));
  }
  return enough(rule, samples, context) ?? passed(context.name, `${samples.length} of ${samples.length} connections`);
}

/** Every connection arrived, those of each pod with one and the same of the addresses. */
export function sourceSteady(
  rule: SourceRule & { readonly addresses: readonly string[] },
  context: CheckContext,
): CheckResult {
  const first = new Map<string, string>();
  for (const { pod, seen } of valid(rule.samples)) {
    const key = `${pod.namespace}/${pod.name}`;
    if (seen !== undefined && !first.has(key) && includesAddress(rule.addresses, seen.address))
      first.set(key, seen.address);
  }
  const own = ({ namespace, name }: PodFacts): string[] => [first.get(`${namespace}/${name}`) ?? []].flat();
  return sourceAlways({ ...rule, expectedOf: own }, context);
}

/** No connection that arrived had one of the forbidden addresses. Needs connections that did arrive. */
export function neverSource(
  rule: SourceRule & { readonly forbiddenOf: (pod: PodFacts) => readonly string[] },
  context: CheckContext,
): CheckResult {
  const samples = valid(rule.samples).filter(({ seen }) => seen !== undefined);
  const wrong = samples.filter(
    ({ pod, seen }) => seen !== undefined && includesAddress(rule.forbiddenOf(pod), seen.address),
  );
  if (wrong.length > 0) {
    const message = `${wrong.length} of ${samples.length} connections had a forbidden source`;
    return failed(
      context.name,
      message,
      violationsOf(wrong, samples, () => [], context),
    );
  }
  return enough(rule, samples, context) ?? passed(context.name, `none of ${samples.length} connections`);
}

/** Every connection was answered, whatever source the server saw. */
export function reachable(rule: SourceRule, context: CheckContext): CheckResult {
  const samples = valid(rule.samples);
  const wrong = samples.filter(({ outcome }) => outcome !== 'ok');
  if (wrong.length > 0) {
    const message = `${wrong.length} of ${samples.length} connections were not answered`;
    return failed(
      context.name,
      message,
      violationsOf(wrong, samples, () => [], context),
    );
  }
  return (
    enough(rule, samples, context) ??
    passed(context.name, `${samples.length} of ${samples.length} connections answered`)
  );
}

/** Every connection arrived at the server and was refused by it. */
export const rejectedByServer = (rule: SourceRule, context: CheckContext): CheckResult =>
  endedAs('rejected', 'rejected by the server', rule, context);

/** Every connection or datagram was refused by the host it went to: a reset, or an ICMP error, came back. */
export const refusedByHost = (rule: SourceRule, context: CheckContext): CheckResult =>
  endedAs('refused', 'refused by the host', rule, context);

function endedAs(outcome: Sample['outcome'], what: string, rule: SourceRule, context: CheckContext): CheckResult {
  const samples = valid(rule.samples);
  const wrong = samples.filter((sample) => sample.outcome !== outcome);
  if (wrong.length > 0) {
    const rows = violationsOf(wrong, samples, () => [], context);
    return failed(context.name, `${wrong.length} of ${samples.length} connections were not ${what}`, rows);
  }
  return (
    enough(rule, samples, context) ?? passed(context.name, `${samples.length} of ${samples.length} connections ${what}`)
  );
}

/** No connection was answered with success. */
export function notReachable(rule: SourceRule, context: CheckContext): CheckResult {
  const samples = valid(rule.samples);
  const wrong = samples.filter(({ outcome }) => outcome === 'ok');
  if (wrong.length > 0) {
    const message = `${wrong.length} of ${samples.length} connections were answered`;
    return failed(
      context.name,
      message,
      violationsOf(wrong, samples, () => [], context),
    );
  }
  return enough(rule, samples, context) ?? passed(context.name, `none of ${samples.length} connections answered`);
}

/** Each address was seen in at least `share` (0 to 1) of the connections, and no other one was. */
export function balanced(
  rule: SourceRule & { readonly addresses: readonly string[]; readonly share: number },
  context: CheckContext,
): CheckResult {
  const always = sourceAlways({ ...rule, expectedOf: () => rule.addresses }, context);
  if (always.outcome !== 'pass') return always;
  const samples = valid(rule.samples);
  const parts = rule.addresses.map((address) => ({
    address,
    part:
      samples.filter(({ seen }) => seen !== undefined && includesAddress([address], seen.address)).length /
      samples.length,
  }));
  const shown = parts.map(({ address, part }) => `${address} ${(part * 100).toFixed(0)} %`).join(', ');
  if (parts.every(({ part }) => part >= rule.share)) return passed(context.name, shown);
  return failed(context.name, `${shown}; each must have at least ${rule.share * 100} %`, []);
}

function enough(rule: SourceRule, samples: readonly Sample[], context: CheckContext): CheckResult | undefined {
  for (const pod of rule.pods) {
    const own = samples.filter((sample) => sample.pod.namespace === pod.namespace && sample.pod.name === pod.name);
    const series = Map.groupBy(own, ({ kind, destination }) => `${kind} ${destination.name} ${endpoint(destination)}`);
    if (series.size === 0) return unknown(context.name, `${pod.namespace}/${pod.name} made no connection that counts`);
    for (const [to, { length }] of series) {
      if (length >= rule.atLeast) continue;
      const disturbed = rule.samples.filter(({ outcome }) => outcome === 'probeError').length;
      const message = `${pod.namespace}/${pod.name} made ${length} connections by ${to}, not the ${rule.atLeast} planned`;
      return unknown(context.name, `${message}; ${disturbed} probes were disturbed`);
    }
  }
  return undefined;
}
