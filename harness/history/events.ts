import type { IpFamily } from '../../agent/linux/sockets.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import type { LedgerEvent, ProbeEvent } from '../traffic/protocol.ts';
import type { SunkEvent } from '../traffic/bulk-protocol.ts';

/** A pod as the checks know it. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  /** Empty where it was gone before it was known. */
  readonly ip: string;
  /** Of a dual-stack cluster, like nodeAddress6. */
  readonly ip6?: string;
  readonly node: string;
  readonly nodeAddress: string;
  readonly nodeAddress6?: string;
  readonly hostNetwork: boolean;
}

/** Where probes went. `port` differs per pod at the witness, so that a packet on the wire tells whose it is. */
export interface Destination {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** One connection (or datagram) of a pod and what became of it. */
export interface Sample extends Omit<ProbeEvent, 'event' | 'id'> {
  readonly pod: PodFacts;
  readonly destination: Destination;
}

/** While it is open, nothing of the pod may be on the outside wire with an address of a node of this family. */
export interface SettledWindow {
  readonly pod: PodFacts;
  /** Of the addresses it leaves with; what it sends over the other one is none of the window's. */
  readonly family: IpFamily;
  readonly fromUs: number;
  /** Absent: until the end of the case. */
  readonly toUs?: number;
}

/** Everything a run records, one JSON object a line; `atUs` is CLOCK_MONOTONIC in microseconds. */
export type HistoryEvent =
  | { readonly type: 'step'; readonly atUs: number; readonly text: string }
  /** A fault was made: it struck between `atUs` and `begunUs`. */
  | {
      readonly type: 'fault';
      readonly atUs: number;
      readonly fault: string;
      readonly node: string;
      readonly begunUs: number;
    }
  | { readonly type: 'pod'; readonly atUs: number; readonly pod: PodFacts; readonly witnessPort: number }
  | ({ readonly type: 'sample'; readonly atUs: number; readonly check: string } & Sample)
  | ({ readonly type: 'ledger' } & LedgerEvent)
  | ({ readonly type: 'packet' } & PacketEvent)
  | ({ readonly type: 'bulk'; readonly pod: string } & SunkEvent)
  /** What a check concluded, for whoever compares a report with it. */
  | { readonly type: 'check'; readonly outcome: string; readonly name: string; readonly atUs: number }
  | { readonly type: 'window'; readonly atUs: number; readonly window: SettledWindow }
  | { readonly type: 'fence'; readonly atUs: number; readonly dropped: number };
