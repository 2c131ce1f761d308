import type { IpFamily } from '../../agent/linux/sockets.ts';
import type { Destination, PodFacts } from '../history/events.ts';
import type { ProbeKind, RequestShape } from '../traffic/protocol.ts';
import type { CasePod } from './case-pod.ts';
import type { Path } from './probing.ts';
import { burst } from './timeouts.ts';

export interface ProbeOptions extends RequestShape {
  /** Default: tcp. */
  readonly by?: readonly ProbeKind[];
  /** Of the witness's addresses; default: the cluster's primary family. */
  readonly over?: IpFamily;
  /** Default: the witness outside. A function gives each pod a destination of its own. */
  readonly to?: Destination | ((pod: PodFacts) => Destination);
  /** The destination's `host` is a name: ask this DNS server. */
  readonly dns?: string;
  /** Fresh connections per pod, protocol and destination; default burst.count. */
  readonly count?: number;
  /** Between two of them, milliseconds; default burst.intervalMs. */
  readonly intervalMs?: number;
  /** For each answer, from its planned time, milliseconds; default timeouts.probe. */
  readonly timeoutMs?: number;
}

/** One path for each pod and protocol. */
export function pathsOf(
  pods: readonly CasePod[],
  witnessAddress: (over?: IpFamily) => string,
  { by = ['tcp'], over, to, dns, bytes, trafficClass, ipOptions, sourcePort }: ProbeOptions,
): Path[] {
  return pods.flatMap((pod) => {
    const witness = { name: 'witness', host: witnessAddress(over), port: pod.witnessPort };
    const destination = typeof to === 'function' ? to(pod.facts) : (to ?? witness);
    const how = { ...(dns === undefined ? {} : { dns }), bytes, trafficClass, ipOptions, sourcePort };
    return by.map((kind) => ({ pod, kind, destination, ...how }));
  });
}

export function planOf({ count = burst.count, intervalMs = burst.intervalMs, timeoutMs }: ProbeOptions) {
  return { count, intervalMs, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

export function nameOf(to: NonNullable<ProbeOptions['to']>): string {
  return typeof to === 'function' ? 'every destination' : to.name;
}

export function suffix({ by = ['tcp'], over, dns, bytes, trafficClass, ipOptions, sourcePort }: ProbeOptions): string {
  const path = `${by.join(', ')}${over === undefined ? '' : ` over IPv${over}`}${dns === undefined ? '' : ', by name'}`;
  const size = bytes === undefined ? '' : `, ${bytes.toLocaleString('en')} bytes`;
  const header = `${trafficClass === undefined ? '' : `, traffic class ${trafficClass}`}${ipOptions === true ? ', IP options' : ''}`;
  const from = sourcePort === undefined ? '' : `, from port ${sourcePort}`;
  return ` (${path}${size}${header}${from})`;
}
