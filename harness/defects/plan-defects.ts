import { addressesOf } from '../../agent/node/ownership.ts';
import type { Limit } from '../../agent/node/limits.ts';
import type { NodePlan } from '../../agent/node/plan.ts';
import { steerDrop, steerLocal } from '../../agent/node/pod-ways.ts';
import { familyOf, type IpFamily } from '../../agent/linux/sockets.ts';
import type { DefectName } from './names.ts';
import { selectionDefects } from './selection-defects.ts';

/** Makes a plan wrong in one way. A defect that goes by what was before is made anew for each agent. */
export type Rewrite = (plan: NodePlan) => NodePlan;

const only = (
  entries: ReadonlyMap<string, string>,
  keep: (pod: string, value: string) => boolean,
): ReadonlyMap<string, string> => new Map([...entries].filter(([pod, value]) => keep(pod, value)));

const mapped = <T, U>(entries: ReadonlyMap<string, T>, to: (value: T, pod: string) => U): ReadonlyMap<string, U> =>
  new Map([...entries].map(([pod, value]) => [pod, to(value, pod)]));

const union = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> => new Set([...a, ...b]);

export const planDefects: Readonly<Partial<Record<DefectName, () => Rewrite>>> = {
  'bad-policy-stops-all': () => (plan) =>
    plan.ownership.some(({ places }) => places.some(({ node }) => node === null))
      ? { ...plan, steering: new Map(), snat: new Map() }
      : plan,
  ...selectionDefects,
  'snat-wrong-address': () => (plan) => renamed(plan, elsewhere),
  'snat-node-address': () => (plan) => ({
    ...plan,
    snat: new Map([...plan.snat.keys()].map((pod) => [pod, plan.uplinks.get(familyOf(pod)) ?? plan.nodeAddress])),
    owned: union(plan.owned, new Set(plan.uplinks.values())),
  }),
  'ipv6-ignored': () => (plan) => withoutFamily(plan, 6),
  'ipv4-ignored': () => (plan) => withoutFamily(plan, 4),
  'other-family-held': () => (plan) => {
    const used = new Set(plan.ownership.flatMap(addressesOf).map(familyOf));
    const others = [...plan.pods].filter((pod) => used.size === 1 && !used.has(familyOf(pod)));
    return { ...plan, steering: new Map([...plan.steering, ...others.map((pod) => [pod, steerDrop] as const)]) };
  },
  'spelling-counts': () => (plan) => {
    const written = new Set(
      plan.ownership.flatMap(({ egress: { spec } }) => [spec.egressIP, ...(spec.egressIPs ?? [])]),
    );
    const keep = (address: string): boolean => written.has(address);
    return { ...plan, held: new Set([...plan.held].filter(keep)), owned: new Set([...plan.owned].filter(keep)) };
  },
  'first-pod-only': () => (plan) => {
    const [first] = [...plan.steering.keys()].sort();
    return { ...plan, steering: only(plan.steering, (pod) => pod === first) };
  },
  'tunnel-missing': () => (plan) => ({ ...plan, steering: only(plan.steering, (_, way) => way === steerLocal) }),
  'local-missing': () => (plan) => ({ ...plan, steering: only(plan.steering, (_, way) => way !== steerLocal) }),
  'selects-neighbours': () =>
    everyPodLeavesAs((plan, family) => [...plan.snat.values(), ...plan.held].find((one) => familyOf(one) === family)),
  'unselected-held': () => (plan) => ({ ...plan, pods: new Set(plan.steering.keys()), unknownPods: 'hold' }),
  'crossed-addresses': () => (plan) => {
    const [a, b] = plan.ownership.flatMap(addressesOf);
    if (a === undefined || b === undefined) return plan;
    return renamed(plan, (address) => (address === a ? b : address === b ? a : address));
  },
  'host-network-selected': () => (plan) => {
    const [address] = plan.held;
    return address === undefined ? plan : { ...plan, snat: new Map([...plan.snat, [plan.nodeAddress, address]]) };
  },
  'empty-selects-all': () =>
    everyPodLeavesAs(({ ownership, held }, family) => {
      const empty = ownership.find(({ egress: { spec } }) => Object.keys(spec.appliedTo).length === 0);
      return empty && addressesOf(empty).find((address) => held.has(address) && familyOf(address) === family);
    }),
  'pods-not-exempt': () => (plan) => {
    // 10.203. of 10.203.1.0/24, fd00:10:203: of fd00:10:203:1::/64.
    const networks = plan.podRanges.map((range) => /^(\d+\.\d+\.|(\w+:){3})/.exec(range)?.[0] ?? range);
    return { ...plan, exempt: plan.exempt.filter((entry) => !networks.some((network) => entry.startsWith(network))) };
  },
  'nodes-not-exempt': () => (plan) => {
    const nodes = [plan.nodeAddress, ...plan.peers.keys()];
    return { ...plan, exempt: plan.exempt.filter((entry) => !nodes.includes(entry)) };
  },
  'exceptions-ignored': () => {
    let first: NodePlan['exempt'] | undefined;
    return (plan) => ({ ...plan, exempt: (first ??= plan.exempt) });
  },
  'exceptions-too-wide': () => (plan) => ({
    ...plan,
    exempt: plan.exempt.map((entry) => entry.replace(/\.\d+\/(2[5-9]|3[0-2])$/, '.0/24')),
  }),
  'lan-exempt': () => (plan) => ({
    ...plan,
    exempt: [...plan.exempt, `${plan.nodeAddress.replace(/\.\d+$/, '.0')}/24`],
  }),
  'api-server-not-exempt': () => (plan) => {
    const nodes = [plan.nodeAddress, ...plan.peers.keys()];
    return { ...plan, exempt: plan.exempt.filter((entry) => entry.includes('/') || nodes.includes(entry)) };
  },
  'stale-after-delete': () => {
    const relabel = staleSteering();
    const addresses = staleAddresses();
    return (plan) => addresses(relabel(plan));
  },
  'stale-after-relabel': () => staleSteering(),
  'stale-address': () => {
    // By policy, which every node sees: another node may have the next address.
    const first = new Map<string, string>();
    const addresses = staleAddresses();
    return (plan) => {
      const stale = new Map<string, string>();
      for (const entry of plan.ownership) {
        const { uid = '' } = entry.egress.metadata;
        for (const address of addressesOf(entry)) {
          if (!first.has(uid)) first.set(uid, address);
          stale.set(address, first.get(uid) ?? address);
        }
      }
      const snat = new Map([...plan.snat].map(([pod, address]) => [pod, stale.get(address) ?? address]));
      return addresses({ ...plan, snat });
    };
  },
  'address-stays': () => staleAddresses(),
  'shared-address-lost': () => {
    let before: NodePlan['ownership'] = [];
    const lost = new Set<string>();
    return (plan) => {
      const names = new Set(plan.ownership.map(({ egress }) => egress.metadata.name));
      for (const entry of before)
        if (!names.has(entry.egress.metadata.name)) for (const address of addressesOf(entry)) lost.add(address);
      before = plan.ownership;
      const keep = (address: string): boolean => !lost.has(address);
      return {
        ...plan,
        snat: only(plan.snat, (_, address) => keep(address)),
        held: new Set([...plan.held].filter(keep)),
        owned: new Set([...plan.owned].filter(keep)),
      };
    };
  },
  'second-address-unused': () => (plan) => ({
    ...plan,
    spread: new Map(
      [...plan.spread].map(([pod, [first = steerDrop, ...rest]]) => [pod, [first, ...rest.map(() => steerDrop)]]),
    ),
  }),
  'no-gateway-leaks': () => (plan) => ({ ...plan, steering: only(plan.steering, (_, way) => way !== steerDrop) }),
  'subnets-ignored': () => (plan) => ({ ...plan, subnets: new Map() }),
  'status-believed': () => {
    // For good: a moment would be too short to be seen each time.
    const elsewhere = new Set<string>();
    return (plan) => {
      for (const { egress, places } of plan.ownership) {
        const told = egress.status?.egressNode ?? '';
        for (const { ip, node } of places) if (ip !== null && told !== '' && told !== node) elsewhere.add(ip);
      }
      const keep = (address: string): boolean => !elsewhere.has(address);
      return { ...plan, held: new Set([...plan.held].filter(keep)), owned: new Set([...plan.owned].filter(keep)) };
    };
  },
  'limits-missing': () => (plan) => ({ ...plan, limits: new Map() }),
  'limits-halved': () => (plan) => ({
    ...plan,
    limits: mapped(plan.limits, (limit) => ({
      ...limit,
      name: `${limit.name}_half`,
      bytesPerSecond: Math.ceil(limit.bytesPerSecond / 2),
    })),
  }),
  'limits-per-pod': () => (plan) => ({
    ...plan,
    limits: mapped(plan.limits, (limit, pod) => ({ ...limit, name: `${limit.name}_${pod.replaceAll(/[.:]/g, '_')}` })),
  }),
  'limits-stale': () => {
    const first = new Map<string, Limit>();
    return (plan) => {
      for (const [pod, limit] of plan.limits) if (!first.has(pod)) first.set(pod, limit);
      return { ...plan, limits: new Map([...first].filter(([pod]) => plan.snat.has(pod))) };
    };
  },
  'limits-shared': () => (plan) => {
    const [limit] = plan.limits.values();
    return limit === undefined ? plan : { ...plan, limits: mapped(plan.snat, () => limit) };
  },
  'late-pods-ignored': () => steersOnly((pod, early) => early.has(pod)),
  'pending-leaves-as-node': () => (plan) => ({ ...plan, steering: only(plan.steering, (_, way) => way !== steerDrop) }),
  'stale-owner': () => {
    const [known, own, ways] = [new Set<string>(), new Set<string>(), new Map<string, string>()];
    const snat = new Map<string, string>();
    return (plan) => {
      for (const { ip, node } of plan.ownership.flatMap(({ places }) => places)) {
        if (ip !== null && node !== null && !known.has(ip) && plan.held.has(ip)) own.add(ip);
        if (ip !== null && node !== null) known.add(ip);
      }
      const mine = (addresses: ReadonlySet<string>): ReadonlySet<string> =>
        new Set([...own, ...[...addresses].filter((ip) => !known.has(ip))]);
      for (const [pod, way] of plan.steering) if (!ways.has(pod)) ways.set(pod, way);
      for (const [pod, ip] of plan.snat) if (own.has(ip)) snat.set(pod, ip);
      const steering = new Map([...plan.steering.keys()].map((pod) => [pod, ways.get(pod) ?? '']));
      return { ...plan, steering, snat: new Map(snat), held: mine(plan.held), owned: mine(plan.owned) };
    };
  },
  'replaced-policy-late': () => {
    const uids = new Map<string, string>();
    let replacedAt = Number.NEGATIVE_INFINITY;
    return (plan) => {
      for (const { egress } of plan.ownership) {
        const { name = '', uid = '' } = egress.metadata;
        if (uids.has(name) && uids.get(name) !== uid) replacedAt = performance.now();
        uids.set(name, uid);
      }
      return performance.now() - replacedAt < 300 ? { ...plan, steering: new Map() } : plan;
    };
  },
  'unknown-pods-pass': () => (plan) => ({ ...plan, unknownPods: 'allow' }),
  'starts-empty': () => {
    const startedMs = performance.now();
    return (plan) =>
      performance.now() - startedMs < 1_500
        ? { ...plan, steering: new Map(), snat: new Map(), owned: new Set() }
        : plan;
  },
  'early-pods-ignored': () => steersOnly((pod, early) => !early.has(pod)),
};

/** A free address of the node LAN, far from those of the policies. */
function elsewhere(address: string): string {
  if (familyOf(address) === 6) return address.replace(/\w+$/, 'beef');
  const octets = address.split('.');
  return [...octets.slice(0, 3), String(Number(octets[3]) + 60)].join('.');
}

/** Another address in place of each, in everything that has to do with it. */
function renamed(plan: NodePlan, rename: (address: string) => string): NodePlan {
  const all = (addresses: ReadonlySet<string>): ReadonlySet<string> => new Set([...addresses].map(rename));
  return {
    ...plan,
    snat: new Map([...plan.snat].map(([pod, address]) => [pod, rename(address)])),
    addresses: all(plan.addresses),
    held: all(plan.held),
    owned: all(plan.owned),
  };
}

/** Every pod of this node leaves from here with the address, where it has none of its own. */
function everyPodLeavesAs(addressOf: (plan: NodePlan, family: IpFamily) => string | undefined): Rewrite {
  return (plan) => {
    const addresses = { 4: addressOf(plan, 4), 6: addressOf(plan, 6) };
    const others = [...plan.pods].flatMap((pod): [string, string][] => {
      const address = addresses[familyOf(pod)];
      return plan.steering.has(pod) || address === undefined ? [] : [[pod, address]];
    });
    return {
      ...plan,
      steering: new Map([...plan.steering, ...others.map(([pod]): [string, string] => [pod, steerLocal])]),
      snat: new Map([...plan.snat, ...others]),
    };
  };
}

/** Nothing of that family is steered or translated. */
function withoutFamily(plan: NodePlan, family: IpFamily): NodePlan {
  const keep = (pod: string): boolean => familyOf(pod) !== family;
  return {
    ...plan,
    steering: only(plan.steering, keep),
    snat: only(plan.snat, keep),
    spread: new Map([...plan.spread].filter(([pod]) => keep(pod))),
    spreadSnat: new Map([...plan.spreadSnat].filter(([pod]) => keep(pod))),
  };
}

function staleSteering(): Rewrite {
  const steering = new Map<string, string>();
  const snat = new Map<string, string>();
  return (plan) => {
    for (const [pod, way] of plan.steering) steering.set(pod, way);
    for (const [pod, address] of plan.snat) snat.set(pod, address);
    return { ...plan, steering: new Map(steering), snat: new Map(snat) };
  };
}

function staleAddresses(): Rewrite {
  let [addresses, held, owned]: ReadonlySet<string>[] = [new Set<string>(), new Set<string>(), new Set<string>()];
  return (plan) => {
    addresses = union(addresses ?? new Set(), plan.addresses);
    held = union(held ?? new Set(), plan.held);
    owned = union(owned ?? new Set(), plan.owned);
    return { ...plan, addresses, held, owned };
  };
}

/** `early`: the pods that this node had when the first policy came. */
function steersOnly(keep: (pod: string, early: ReadonlySet<string>) => boolean): Rewrite {
  let early: ReadonlySet<string> | undefined;
  return (plan) => {
    if (plan.ownership.length === 0) early = undefined;
    else early ??= new Set(plan.pods);
    return { ...plan, steering: only(plan.steering, (pod) => keep(pod, early ?? new Set())) };
  };
}
