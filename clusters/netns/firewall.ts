import { readNflog } from '../../agent/linux/nflog.ts';
import { nftApply, nftJson } from '../../agent/linux/nft.ts';
import type { Firewall, FirewallLogEntry } from '../cluster.ts';
import { firewallOn, logEntry } from '../firewall/firewall.ts';
import { LOG_GROUP } from '../firewall/plan.ts';

/** The firewall of the router: open until rules are set; its log is read for as long as the sandbox lives. */
export async function startFirewall(options: {
  netns: string;
  lan: string;
  wan: string;
  /** Told when the kernel could not keep all of the log. */
  onOverrun: () => void;
}): Promise<Firewall> {
  const { netns, lan, wan, onOverrun } = options;
  const entries: FirewallLogEntry[] = [];
  void readNflog(
    LOG_GROUP,
    (logged) => {
      const entry = logEntry(logged);
      if (entry !== null) entries.push(entry);
    },
    { netns, signal: new AbortController().signal, onOverrun },
  );
  const firewall = firewallOn({
    interfaces: { lan, wan },
    apply: (ruleset) => nftApply(ruleset, { netns }),
    json: (args) => nftJson(args, { netns }),
    logged: () => Promise.resolve(entries),
  });
  await firewall.setRules([], 'accept');
  return firewall;
}
