import { setTimeout as sleep } from 'node:timers/promises';
import { egresses, type Egress } from '../../agent/api/egress.ts';
import { externalIPPools } from '../../agent/api/external-ip-pool.ts';
import { KubeApiError } from '../../agent/kube/error.ts';
import { events } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { Attempt, BadInput } from './bad-input.ts';
import { badObjects } from './bundled-bad-objects.ts';
import { limitBundledNode } from './bundled-limit.ts';
import type { Event } from './bundled-observation.ts';
import { resourceRefOf } from './resource-ref.ts';

/** A status tells of what is wrong this soon. */
const reportedWithinMs = 10_000;

/** Gives the implementation what is wrong, sees what it says, and takes it back. */
export async function attemptBundled(
  input: BadInput,
  { name, appliedTo }: { readonly name: string; readonly appliedTo: object },
  kube: Kube,
): Promise<Attempt> {
  const { kind, text } = input;
  if (kind === 'nodeLimit') return attemptLimit(text, kube);
  try {
    // As kubectl does: a field that does not exist is refused by the API server (fieldValidation Strict).
    for (const object of badObjects({ kind, text }, name, appliedTo)) await kube.apply(resourceRefOf(object), object);
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

/** `text`: `LIMIT on NODE`. */
async function attemptLimit(text: string, kube: Kube): Promise<Attempt> {
  const [limit = '', node = ''] = text.split(' on ');
  const warnings = async (): Promise<Event[]> =>
    (await kube.list<Event>(events, { namespace: 'default' })).items.filter(
      ({ type, regarding }) => type === 'Warning' && regarding?.kind === 'Node' && regarding.name === node,
    );
  const before = new Set((await warnings()).map(({ metadata }) => metadata.name));
  try {
    await limitBundledNode(node, limit, kube);
    for (const startMs = performance.now(); performance.now() - startMs < reportedWithinMs; await sleep(50)) {
      const told = (await warnings()).find(({ metadata }) => !before.has(metadata.name));
      if (told !== undefined) return { handling: 'reported', message: `${told.reason}: ${told.note}` };
    }
    return { handling: 'ignored', message: `no event about the node within ${reportedWithinMs} ms` };
  } finally {
    await limitBundledNode(node, null, kube);
  }
}
