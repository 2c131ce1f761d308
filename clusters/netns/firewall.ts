import { nftApply, nftJson } from '../../agent/linux/nft.ts';
import { readNflog } from '../../agent/linux/nflog.ts';
import type { Firewall, FirewallLogEntry, FirewallRule } from '../cluster.ts';
import { LOG_GROUP, TABLE, counterName, planFirewall } from './firewall-plan.ts';

/** The firewall of the router: open until rules are set; its log is read for as long as the sandbox lives. */
export async function startFirewall(options: {
  netns: string;
  lan: string;
  wan: string;
  /** Told when the kernel could not keep all of the log. */
  onOverrun: () => void;
}): Promise<Firewall> {
  const { netns } = options;
  const entries: FirewallLogEntry[] = [];
  let names: string[] = [];
  const setRules = async (rules: readonly FirewallRule[], defaultAction: 'accept' | 'drop'): Promise<void> => {
    await nftApply(planFirewall(rules, defaultAction, options), { netns });
    names = [...new Set(rules.map((rule) => rule.name)), 'default'];
  };
  void readNflog(
    LOG_GROUP,
    ({ prefix, packet }) => {
      const [action, rule = ''] = prefix.split(':');
      if (action !== 'accept' && action !== 'drop') return;
      const { src: source, dst: destination, protocol, dport: port } = packet;
      entries.push({ time: new Date().toISOString(), rule, action, source, destination, protocol, port });
    },
    { netns, signal: new AbortController().signal, onOverrun: options.onOverrun },
  );
  await setRules([], 'accept');
  return {
    setRules,
    counters: async () => {
      const listed = await nftJson(['list', 'counters', 'table', 'ip', TABLE], { netns });
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
    log: (since = 0) => Promise.resolve({ entries: entries.slice(since), mark: entries.length }),
  };
}
