import type { Database, Firewall, RunOptions, CommandResult } from '../cluster.ts';

/** What the caller's side may ask of a sandbox. Arguments and results are plain JSON. */
export interface ControlMethods {
  status(): SandboxStatus;
  run(host: string, argv: readonly string[], options: RunOptions): CommandResult;
  /** Lines of the process come on `stream`, a number that the caller chooses, so that none is missed. */
  start(
    stream: number,
    host: string,
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): void;
  stop(stream: number): void;
  fault(kind: FaultKind, node: string): void;
  heal(kind: FaultKind, node: string): void;
  nextPodAddress(node: string, address: string): void;
  setGrants: (...args: Parameters<Database['setGrants']>) => void;
  connections: (...args: Parameters<Database['connections']>) => Awaited<ReturnType<Database['connections']>>;
  databaseInfo(): { readonly version: string; readonly port: number };
  setRules: (...args: Parameters<Firewall['setRules']>) => void;
  counters: (...args: Parameters<Firewall['counters']>) => Awaited<ReturnType<Firewall['counters']>>;
  firewallLog: (...args: Parameters<Firewall['log']>) => Awaited<ReturnType<Firewall['log']>>;
  down(): void;
}

/** Power first: it takes the others back with it. */
export const faultKinds = ['powerOff', 'unplug', 'freeze', 'stopKubelet'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface SandboxStatus {
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly rssBytes: number }[];
}

export type Method = keyof ControlMethods;

/** One line from the caller. */
export type ClientLine =
  | { readonly id: number; readonly method: Method; readonly params: readonly unknown[] }
  | { readonly stream: number; readonly line: string };

/** One line from the sandbox. */
export type ServerLine =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly name: string } }
  | { readonly stream: number; readonly line: string }
  | { readonly stream: number; readonly exit: { readonly exitCode: number; readonly stderrTail: string } };
