import type { NftObject } from '../../agent/linux/nft.ts';
import type { LoggedPacket } from '../../agent/linux/nflog.ts';
import type { Firewall, FirewallLogEntry } from '../cluster.ts';
import { TABLE, counterName, planFirewall } from './plan.ts';

/** The router that a firewall runs on. */
export interface FirewallHost {
  readonly interfaces: { readonly lan: string; readonly wan: string };
  apply(ruleset: string): Promise<void>;
  /** `nft -j ARGS`. */
  json(args: readonly string[]): Promise<readonly NftObject[]>;
  /** Everything logged so far, oldest first. */
  logged(): Promise<readonly FirewallLogEntry[]>;
}

export function firewallOn(host: FirewallHost): Firewall {
  let names: string[] = [];
  return {
    setRules: async (rules, defaultAction) => {
      await host.apply(planFirewall(rules, defaultAction, host.interfaces));
      names = [...new Set(rules.map((rule) => rule.name)), 'default'];
    },
    counters: async () => {
      const listed = await host.json(['list', 'counters', 'table', 'inet', TABLE]);
      const found = listed.flatMap(({ counter }) =>
        counter ? [counter as { name: string; packets: number; bytes: number }] : [],
      );
      return Object.fromEntries(
        names.flatMap((name) => {
          const counter = found.find((one) => one.name === counterName(name));
          return counter ? [[name, { packets: counter.packets, bytes: counter.bytes }]] : [];
        }),
      );
    },
    log: async (since = 0) => {
      const entries = await host.logged();
      return { entries: entries.slice(since), mark: entries.length };
    },
  };
}

/** What a packet that a rule logged means; null for one that is none of the firewall's. */
export function logEntry({ prefix, packet }: LoggedPacket): FirewallLogEntry | null {
  const [action, rule = ''] = prefix.split(':');
  if (action !== 'accept' && action !== 'drop') return null;
  const { src: source, dst: destination, protocol, dport: port } = packet;
  return { time: new Date().toISOString(), rule, action, source, destination, protocol, port };
}
