import type { Host } from '../../clusters/cluster.ts';
import type { Fault, FaultSite, Kept } from './fault.ts';

const table = 'netdev egressproof_fault';
const uplink = 'eth0';

interface Loss extends Pick<Fault, 'does' | 'isNot' | 'cutsOffPods'> {
  readonly prepare?: NonNullable<Fault['prepare']>;
  /** Rules for what comes in and for what goes out of the uplink. */
  readonly rules: (kept: Kept) => { readonly arriving: string; readonly leaving: string };
}

/** Packets that the uplink of the node loses, by an nft table of its own: the first that sees what arrives, the last before it leaves. */
const loss = ({ rules, ...rest }: Loss): Fault => ({
  ...rest,
  hits: 'node',
  needs: ['nodeHosts'],
  begin: ({ node }, kept) => {
    const { arriving, leaving } = rules(kept);
    const chain = (name: string, hook: string, rule: string): string =>
      `chain ${name} {\n type filter hook ${hook}\n ${rule}\n}\n`;
    const arrives = chain('arriving', `ingress device "${uplink}" priority -500`, arriving);
    const leaves = chain('leaving', `egress device "${uplink}" priority 500`, leaving);
    return ruleset(node, `table ${table} {\n${arrives}${leaves}}\n`);
  },
  // Defining it first makes deleting it succeed wherever it is not.
  end: ({ node }) => ruleset(node, `table ${table} { }\ndelete table ${table}\n`),
});

async function ruleset(host: Host, input: string): Promise<void> {
  await host.run(['nft', '-f', '-'], { input });
}

export const oneWayLoss = loss({
  does: 'nothing that is sent to the node arrives, while what it sends does',
  isNot: 'no pulled cable: the link stays up, and the node is heard',
  cutsOffPods: true,
  rules: () => ({ arriving: 'drop', leaving: '' }),
});

export const halfLoss = loss({
  does: 'half of the packets are lost, each way, at random',
  isNot: 'no cut: with patience everything gets through',
  cutsOffPods: true,
  rules: () => ({ arriving: 'numgen random mod 100 < 50 drop', leaving: 'numgen random mod 100 < 50 drop' }),
});

export const uplinkLoss = loss({
  does: 'the node and the router do not hear each other',
  isNot: 'no pulled cable: the other nodes, and the API server, are reached as before',
  cutsOffPods: true,
  prepare: async (site) => ({ router: await macOfRouter(site) }),
  rules: ({ router = '' }) => ({
    arriving: `ether saddr ${router} drop`,
    // What is broadcast is for the router as well, and for the other nodes: only what asks for the router is kept back.
    leaving: `ether daddr ${router} drop`,
  }),
});

async function macOfRouter({ cluster: { router } }: FaultSite): Promise<string> {
  const { stdout } = await router.run(['ip', '-json', 'link', 'show', 'dev', router.interfaces.lan]);
  return (JSON.parse(stdout) as { address: string }[])[0]?.address ?? '';
}
