import type { ClusterFacts, Flow } from '../model/run-result.ts';
import { colourOf } from './palette.ts';

/** Where everything of a picture is; lengths in units of the drawing. */
export interface PicturePlan {
  readonly width: number;
  readonly height: number;
  /** `exit`: where it sends out what leaves the cluster; null where nothing did. */
  readonly nodes: readonly (Box & { readonly name: string; readonly address: string; readonly exit: Point | null })[];
  readonly pods: readonly { readonly x: number; readonly y: number; readonly label: string }[];
  readonly sources: readonly (Box & {
    readonly address: string;
    readonly owner: string | undefined;
    readonly colour: string;
    readonly count: number;
  })[];
  readonly destinations: readonly (Box & { readonly name: string; readonly address: string })[];
  readonly ways: readonly Way[];
  readonly arrivals: readonly { readonly from: Point; readonly to: Point; readonly colour: string }[];
}

export interface Way {
  readonly pod: Point;
  /** Where it leaves the cluster. */
  readonly exit: Point;
  readonly source: Point;
  readonly colour: string;
  /** To another node first, over the overlay. */
  readonly crosses: boolean;
  readonly told: string;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const row = 24;
const node = { width: 270, head: 44, foot: 10, gap: 18 };
const source = { x: 480, width: 240, height: 42 };
const destination = { x: 830, width: 150, height: 48 };
const exitX = 340;

/**
 * The ways out of the cluster that the connections of a case really took: pod, node that sent them, source address seen,
 * destination. Null where none left it with an answer.
 */
export function planPicture(
  flows: readonly Flow[],
  { nodes, outside }: ClusterFacts,
  shorten: (namespace: string) => string,
): PicturePlan | null {
  const hosts = new Map([
    [outside.witness, 'witness'],
    [outside.database, 'database'],
  ]);
  const out = flows.filter(
    (flow) => flow.seen !== null && flow.via.length > 0 && hosts.has(flow.destination.split(' ').at(-1) ?? ''),
  );
  if (out.length === 0) return null;

  const podKeys = [...new Set(out.map(podKey))];
  const exits = new Set(out.flatMap(({ via }) => via));
  const involved = nodes.filter(({ name }) => exits.has(name) || podKeys.some((key) => key.startsWith(`${name}\n`)));
  const boxes = stack(
    involved.map(({ name }) => {
      const count = podKeys.filter((key) => key.startsWith(`${name}\n`)).length;
      return node.head + Math.max(1, count) * row + node.foot;
    }),
    node.gap,
  );
  const drawn = involved.map(({ name, address }, index) => {
    const box = { x: 0, width: node.width, ...boxes[index]! };
    const exit = exits.has(name) ? { x: exitX, y: box.y + box.height / 2 } : null;
    return { name, address, ...box, exit };
  });
  const pods = new Map(
    drawn.flatMap((one) =>
      podKeys
        .filter((key) => key.startsWith(`${one.name}\n`))
        .map((key, index) => {
          const [, namespace = '', pod = ''] = key.split('\n');
          const y = one.y + node.head + index * row + row / 2;
          return [key, { x: node.width - 14, y, label: `${shorten(namespace)}/${pod}` }] as const;
        }),
    ),
  );
  const height = Math.max(...drawn.map(({ y, height: own }) => y + own));

  const egressIPs = [...new Set(out.filter(({ seenOwner }) => seenOwner === undefined).map(({ seen }) => seen ?? ''))];
  const bySource = [...Map.groupBy(out, ({ seen }) => seen ?? '')].toSorted(
    ([, a], [, b]) => average(a, drawn) - average(b, drawn),
  );
  const sourceBoxes = centred(bySource.length, source.height, 16, height);
  const sources = bySource.map(([address, members], index) => ({
    x: source.x,
    width: source.width,
    ...sourceBoxes[index]!,
    address,
    owner: members[0]?.seenOwner,
    colour: colourOf(address, members[0]?.seenOwner, egressIPs),
    count: members.reduce((sum, { count }) => sum + count, 0),
  }));
  const reached = [...new Set(out.map((flow) => flow.destination.split(' ').at(-1) ?? ''))].sort();
  const destinationBoxes = centred(reached.length, destination.height, 40, height);
  const destinations = reached.map((address, index) => ({
    x: destination.x,
    width: destination.width,
    ...destinationBoxes[index]!,
    name: hosts.get(address) ?? address,
    address,
  }));

  const ways = out.flatMap((flow) => {
    const pod = pods.get(podKey(flow));
    const to = sources.find(({ address }) => address === flow.seen);
    if (pod === undefined || to === undefined) return [];
    return flow.via.flatMap((via): Way[] => {
      const exit = drawn.find(({ name }) => name === via)?.exit ?? null;
      if (exit === null) return [];
      const over = via === flow.node ? '' : `, over ${via}`;
      return [
        {
          pod: { x: pod.x, y: pod.y },
          exit,
          source: { x: to.x, y: to.y + to.height / 2 },
          colour: to.colour,
          crosses: via !== flow.node,
          told: `${pod.label} on ${flow.node}${over}, seen as ${flow.seen}: ${flow.count} by ${flow.protocol}`,
        },
      ];
    });
  });
  const arrivals = [...new Set(out.map(({ seen, destination: to }) => `${seen} ${to.split(' ').at(-1)}`))].flatMap(
    (pair) => {
      const [seen, host] = pair.split(' ');
      const from = sources.find(({ address }) => address === seen);
      const to = destinations.find(({ address }) => address === host);
      if (from === undefined || to === undefined) return [];
      const start = { x: from.x + from.width, y: from.y + from.height / 2 };
      return [{ from: start, to: { x: to.x, y: to.y + to.height / 2 }, colour: from.colour }];
    },
  );
  const width = destination.x + destination.width;
  return { width, height, nodes: drawn, pods: [...pods.values()], sources, destinations, ways, arrivals };
}

const podKey = ({ node: name, namespace, pod }: Flow): string => `${name}\n${namespace}\n${pod}`;

/** How far down the ways of these flows leave on the average: sources in that order cross least. */
function average(flows: readonly Flow[], nodes: PicturePlan['nodes']): number {
  const exits = flows.flatMap(({ via }) => via.map((name) => nodes.find((one) => one.name === name)?.exit?.y ?? 0));
  return exits.reduce((sum, y) => sum + y, 0) / exits.length;
}

function stack(heights: readonly number[], gap: number): { y: number; height: number }[] {
  let y = 0;
  return heights.map((height) => {
    const box = { y, height };
    y += height + gap;
    return box;
  });
}

/** `count` boxes one below the other, in the middle of `within`; closer where they would not fit. */
function centred(count: number, height: number, gap: number, within: number): { y: number; height: number }[] {
  const step = Math.min(height + gap, count > 1 ? Math.max(height + 2, (within - height) / (count - 1)) : 0);
  const top = Math.max(0, (within - (step * (count - 1) + height)) / 2);
  return Array.from({ length: count }, (_, index) => ({ y: top + index * step, height }));
}
