import { addressesOf } from '../../agent/node/ownership.ts';
import type { NodePlan } from '../../agent/node/plan.ts';
import type { DefectName } from './names.ts';
import type { Rewrite } from './plan-defects.ts';

/** A pod that has come to another address leaves with that of the egress node until the first plan after this time, milliseconds. */
const gapMs = 40;

/** Plans that are wrong about pods that change hands, and about policies that want the same. */
export const selectionDefects: Readonly<Partial<Record<DefectName, () => Rewrite>>> = {
  'gap-while-moving': () => {
    let before: NodePlan | undefined;
    const comeAt = new Map<string, number>();
    return (plan) => {
      const now = performance.now();
      // A policy that is new has no pod yet that could have been another's.
      const known = new Set(before?.ownership.flatMap(addressesOf));
      for (const [pod, ip] of plan.snat) if (before?.snat.get(pod) !== ip && known.has(ip)) comeAt.set(pod, now);
      before = plan;
      const inGap = (pod: string): boolean => now - (comeAt.get(pod) ?? -Infinity) < gapMs;
      return {
        ...plan,
        snat: new Map([...plan.snat].map(([pod, ip]) => [pod, inGap(pod) ? plan.nodeAddress : ip])),
        owned: new Set([...plan.owned, plan.nodeAddress]),
      };
    };
  },
  // An agent that finds two addresses when it begins has been restarted.
  'restart-chooses-anew': () => {
    let wasThere: boolean | undefined;
    return (plan) => {
      const [a, b] = plan.ownership.flatMap(addressesOf);
      wasThere ??= b !== undefined;
      if (!wasThere || a === undefined || b === undefined) return plan;
      return { ...plan, snat: new Map([...plan.snat].map(([pod, ip]) => [pod, ip === a ? b : ip === b ? a : ip])) };
    };
  },
  'one-address-a-node': () => (plan) => {
    const [first = ''] = [...plan.snat.values()].sort();
    return { ...plan, snat: new Map([...plan.snat.keys()].map((pod) => [pod, first])) };
  },
  'second-claim-ignored': () => claimed((pod, first) => first.has(pod)),
  'second-claim-takes-over': () => claimed((pod, first) => !first.has(pod)),
};

/** Of the pods with an address that two policies name: which of them keep it. `first`: those that had it with one policy. */
function claimed(keep: (pod: string, first: ReadonlySet<string>) => boolean): Rewrite {
  const first = new Map<string, Set<string>>();
  return (plan: NodePlan) => {
    const claims = Map.groupBy(plan.ownership.flatMap(addressesOf), (ip) => ip);
    const isTwice = (ip: string): boolean => (claims.get(ip)?.length ?? 0) > 1;
    for (const [pod, ip] of plan.snat) if (!isTwice(ip)) first.set(ip, (first.get(ip) ?? new Set<string>()).add(pod));
    const snat = [...plan.snat].filter(([pod, ip]) => !isTwice(ip) || keep(pod, first.get(ip) ?? new Set()));
    return { ...plan, snat: new Map(snat) };
  };
}
