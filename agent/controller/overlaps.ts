import { appliesTo, byAge, egressAddresses, selectsNamespace } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { poolRanges } from '../api/pool-ranges.ts';
import { addressNumber } from '../base/ip-range.ts';
import type { KubeObject } from '../kube/object.ts';
import { identityOf } from './allocate.ts';

/** As much of a Pod as decides whether an Egress can have it. */
export interface SelectablePod extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status?: { readonly phase?: string };
}

/** Pods that an Egress selects and does not get. */
export interface Overlap {
  readonly pods: number;
  /** Names of the Egresses that have them, oldest first. */
  readonly winners: readonly string[];
}

export interface OverlapInputs {
  readonly egresses: Iterable<Egress>;
  readonly pools: ReadonlyMap<string, ExternalIPPool>;
  /** By name. */
  readonly namespaces: ReadonlyMap<string, KubeObject>;
  readonly pods: Iterable<SelectablePod>;
}

type Labels = KubeObject['metadata']['labels'];
type Losses = readonly { readonly loser: string; readonly winners: readonly Candidate[] }[];

interface Candidate {
  readonly egress: Egress;
  readonly families: ReadonlySet<4 | 6>;
  /** Position in the order of precedence. */
  readonly rank: number;
}

/**
 * Finds, by the identity of the Egress, who loses pods to older Egresses. A pod's traffic of one IP version belongs to
 * the oldest Egress that selects it and has, or may yet get, an address of that version. What was found for labels is
 * kept until Egresses or pools change, so that a new pod costs little.
 */
export class OverlapFinder {
  readonly #labelTexts = new WeakMap<object, string>();
  #known = new Map<string, Losses>();
  #shape = '';

  find({ egresses, pools, namespaces, pods }: OverlapInputs): Map<string, Overlap> {
    const candidates = [...egresses]
      .sort(byAge)
      .map((egress, rank): Candidate => ({ egress, rank, families: familiesOf(egress, pools) }));
    const shape = candidates
      .map(({ egress, families }) => {
        const { generation, resourceVersion } = egress.metadata;
        return [identityOf(egress), generation ?? resourceVersion, ...families].join();
      })
      .join(';');
    if (shape !== this.#shape) this.#known = new Map();
    this.#shape = shape;
    const found = new Map<string, { pods: number; winners: Set<Candidate> }>();
    if (candidates.length > 1) {
      for (const pod of pods) {
        if (!isSelectable(pod)) continue;
        const namespaceLabels = namespaces.get(pod.metadata.namespace ?? '')?.metadata.labels;
        for (const { loser, winners } of this.#losses(candidates, pod.metadata.labels, namespaceLabels)) {
          const overlap = found.get(loser) ?? { pods: 0, winners: new Set() };
          found.set(loser, overlap);
          overlap.pods += 1;
          for (const winner of winners) overlap.winners.add(winner);
        }
      }
    }
    return new Map(
      [...found].map(([loser, overlap]) => [
        loser,
        {
          pods: overlap.pods,
          winners: [...overlap.winners].sort((a, b) => a.rank - b.rank).map(({ egress }) => egress.metadata.name ?? ''),
        },
      ]),
    );
  }

  #losses(candidates: readonly Candidate[], podLabels: Labels, namespaceLabels: Labels): Losses {
    const key = `${this.#textOf(podLabels)} ${this.#textOf(namespaceLabels)}`;
    let losses = this.#known.get(key);
    if (!losses) this.#known.set(key, (losses = lossesOf(candidates, podLabels, namespaceLabels)));
    return losses;
  }

  #textOf(labels: Labels): string {
    if (labels === undefined) return '{}';
    let text = this.#labelTexts.get(labels);
    if (text === undefined) this.#labelTexts.set(labels, (text = JSON.stringify(labels)));
    return text;
  }
}

function lossesOf(candidates: readonly Candidate[], podLabels: Labels, namespaceLabels: Labels): Losses {
  const selecting = candidates.filter(
    ({ egress }) => selectsNamespace(egress, namespaceLabels) && appliesTo(egress, podLabels, namespaceLabels),
  );
  const owners = new Map<4 | 6, Candidate>();
  for (const candidate of selecting)
    for (const family of candidate.families) if (!owners.has(family)) owners.set(family, candidate);
  return selecting.flatMap((candidate) => {
    const winners = [...candidate.families].flatMap((family) => owners.get(family) ?? []);
    const others = winners.filter((owner) => owner !== candidate);
    return others.length === 0 ? [] : [{ loser: identityOf(candidate.egress), winners: others }];
  });
}

/** The IP versions of the addresses that an Egress has or waits for. */
function familiesOf(egress: Egress, pools: ReadonlyMap<string, ExternalIPPool>): Set<4 | 6> {
  return new Set(
    egressAddresses(egress).flatMap(({ ip, pool: poolName }) => {
      const own = ip === null ? null : addressNumber(ip);
      if (own !== null) return own.family;
      const pool = pools.get(poolName ?? '');
      const ranges = pool === undefined ? [] : poolRanges(pool);
      return ranges.length === 0 ? ([4, 6] as const) : ranges.map(({ family }) => family);
    }),
  );
}

function isSelectable({ spec, status }: SelectablePod): boolean {
  return (
    spec?.hostNetwork !== true && Boolean(spec?.nodeName) && status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
  );
}
