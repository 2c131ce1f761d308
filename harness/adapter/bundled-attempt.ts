import { setTimeout as sleep } from 'node:timers/promises';
import { egresses, type Egress } from '../../agent/api/egress.ts';
import { externalIPPools } from '../../agent/api/external-ip-pool.ts';
import { KubeApiError } from '../../agent/kube/error.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { Attempt, BadInput } from './bad-input.ts';
import { resourceRefOf } from './resource-ref.ts';

/** A status tells of what is wrong this soon. */
const reportedWithinMs = 10_000;

/** Gives the implementation what is wrong, sees what it says, and takes it back. */
export async function attemptBundled(
  input: BadInput,
  { name, appliedTo }: { readonly name: string; readonly appliedTo: object },
  kube: Kube,
): Promise<Attempt> {
  try {
    // As kubectl does: a field that does not exist is refused by the API server (fieldValidation Strict).
    for (const object of objectsOf(input, name, appliedTo)) await kube.apply(resourceRefOf(object), object);
    return await whenReported(kube, name);
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    return { handling: 'rejected', message: error.message };
  } finally {
    await kube.delete(egresses, name);
    await kube.delete(externalIPPools, name);
  }
}

async function whenReported(kube: Kube, name: string): Promise<Attempt> {
  for (const startMs = performance.now(); performance.now() - startMs < reportedWithinMs; await sleep(50)) {
    const egress = await kube.find<Egress>(egresses, name);
    const bad = egress?.status?.conditions?.find(({ status }) => status === 'False');
    if (bad !== undefined) return { handling: 'reported', message: `${bad.type}: ${bad.message}` };
  }
  const last = await kube.find<Egress>(egresses, name);
  const message = `nothing within ${reportedWithinMs} ms; its status is ${JSON.stringify(last?.status ?? {})}`;
  return { handling: 'ignored', message };
}

function objectsOf({ kind, text }: BadInput, name: string, appliedTo: object): KubeObject[] {
  const apiVersion = 'crd.antrea.io/v1beta1';
  const egress = (spec: object): KubeObject => ({ apiVersion, kind: 'Egress', metadata: { name }, ...{ spec } });
  const pool = (range: object): KubeObject => ({
    apiVersion,
    kind: 'ExternalIPPool',
    metadata: { name },
    ...{ spec: { ipRanges: [range], nodeSelector: {} } },
  });
  const fromPool = { appliedTo, externalIPPool: name };
  switch (kind) {
    case 'malformedAddress':
    case 'unusableAddress':
      return [egress({ appliedTo, egressIP: text })];
    case 'nodeAddress':
    case 'podAddress':
    case 'serviceAddress':
      return [pool({ start: text, end: text }), egress({ ...fromPool, egressIP: text })];
    case 'malformedRange':
    case 'overlappingRange':
      return [pool(rangeOf(text)), egress(fromPool)];
    case 'missingSelection':
      return [egress({ egressIP: '192.0.2.1', ...(text === 'null' ? { appliedTo: null } : {}) })];
    case 'impossibleSelector':
      return [egress({ appliedTo: { podSelector: JSON.parse(text) as object }, egressIP: '192.0.2.1' })];
    case 'missingAddress':
      return [egress({ appliedTo })];
    case 'contradiction':
      return [egress({ appliedTo, egressIP: '192.0.2.1', egressIPs: ['192.0.2.2'] })];
    case 'unknownField':
      return [egress({ appliedTo, egressIP: '192.0.2.1', [text]: 'x' })];
    case 'missingPool':
      return [egress({ appliedTo, externalIPPool: `${name}-${text}` })];
  }
}

function rangeOf(text: string): object {
  if (text.includes('/')) return { cidr: text };
  const [start = '', end = ''] = text.split('-');
  return { start, end };
}
