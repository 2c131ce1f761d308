/** Two hosts on one cable, and what the wrappers of system calls do with them. Prints its observations as JSON. */
import { Announcer } from './announcer.ts';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './exec.ts';
import { openCapture } from './capture.ts';
import { forgetConnections } from './conntrack.ts';
import { decodeQuery, encodeAnswer } from './dns-message.ts';
import { ipBatch, ipJson } from './ip.ts';
import { inNetns } from './netns.ts';
import { netnsSockets } from './netns-sockets.ts';
import { readNflog } from './nflog.ts';
import { nftApply, nftJson } from './nft.ts';
import { arpProbe } from './packet.ts';
import { privateRun } from './sandbox.fixture.ts';
import { setReversePathFilter } from './interface-settings.ts';

const [a, b] = ['/run/netns/a', '/run/netns/b'];
await privateRun();
await ipBatch(['netns add a', 'netns add b', 'link add eth0 netns a type veth peer name eth0 netns b']);
await ipBatch(
  ['link set lo up', 'addr add 10.0.0.1/24 dev eth0', 'addr add 10.0.0.11/24 dev eth0', 'link set eth0 up'],
  { netns: a },
);
await ipBatch(['link set lo up', 'addr add 10.0.0.2/24 dev eth0', 'link set eth0 up'], { netns: b });
await nftApply(
  'table ip t {\n chain input {\n type filter hook input priority 0\n tcp dport 99 drop\n tcp dport 8080 ct state new ct mark set 0x50 log prefix "seen" group 7\n }\n}\n',
  { netns: b },
);
await ipBatch(['addr add fd00::1/64 dev eth0 nodad', 'addr add fd00::11/64 dev eth0 nodad preferred_lft 0'], {
  netns: a,
});
await ipBatch(['addr add fd00::2/64 dev eth0 nodad'], { netns: b });
const inA = netnsSockets(a);
const inB = netnsSockets(b);
const seen: Record<string, unknown> = {};

const logged: string[] = [];
let overruns = 0;
const logReader = new AbortController();
const log = readNflog(7, ({ prefix, packet }) => logged.push(`${prefix} ${packet.src}>${packet.dst}:${packet.dport}`), {
  netns: b,
  signal: logReader.signal,
  onOverrun: () => overruns++,
});
const packets: string[] = [];
const capture = openCapture('eth0', (packet) => packets.push(`${packet.protocol} ${packet.src} ${packet.tcpFlags}`), {
  netns: b,
});

const tellSource = (socket: Socket): Socket => socket.end(`${socket.remoteAddress}:${socket.remotePort}`);
await inB.listenTcp({ port: 8080 }, tellSource);
await inB.listenTcp({ host: '::', port: 8080 }, tellSource);
const answer = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  try {
    await once(socket, 'close');
    return text;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  }
};
const to = { host: '10.0.0.2', port: 8080 };
seen['connects'] = await answer(inA.connectTcp({ ...to, localPort: 5555 }));
seen['chosenAddress'] = await answer(inA.connectTcp({ ...to, localAddress: '10.0.0.11', localPort: 5556 }));
seen['refused'] = await answer(inA.connectTcp({ ...to, port: 81 }));
seen['addressNotOurs'] = await answer(inA.connectTcp({ ...to, localAddress: '10.0.0.99' }));
seen['noRoute'] = await answer(inA.connectTcp({ host: '192.0.2.1', port: 80 }));
seen['connects6'] = await answer(inA.connectTcp({ host: 'fd00::2', port: 8080, localPort: 5557 }));
seen['chosenAddress6'] = await answer(
  inA.connectTcp({ host: 'fd00::2', port: 8080, localAddress: 'fd00::11', localPort: 5558 }),
);
const udp6 = await inB.bindUdp({ host: '::', port: 8080 });
udp6.on('message', (message, from) => udp6.send(`${message.toString()} of ${from.address}`, from.port, from.address));
const asking6 = await inA.bindUdp({ host: '::', port: 0 });
asking6.send('hello', 8080, 'fd00::2');
seen['datagram6'] = String(((await once(asking6, 'message')) as [Buffer])[0]);
for (const socket of [udp6, asking6]) socket.close();
const silent = inA.connectTcp({ ...to, port: 99 });
let silentEvents = 0;
silent.on('connect', () => silentEvents++).on('error', () => silentEvents++);

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const before = descriptors();
const many = await Promise.all(Array.from({ length: 500 }, () => answer(inA.connectTcp(to))));
seen['fiveHundred'] = many.filter((text) => text.startsWith('10.0.0.1:')).length;
// The server's side of the last ones closes a moment later.
for (let tries = 0; tries < 200 && descriptors() > before; tries++) await delay(5);
seen['leakedDescriptors'] = descriptors() - before;
seen['silentEvents'] = silentEvents;
silent.destroy();

const dns = await inB.bindUdp({ host: '10.0.0.2', port: 53 });
dns.on('message', (message, from) => {
  const query = decodeQuery(message);
  if (query)
    dns.send(
      encodeAnswer(query, query.name === 'web.test' ? { addresses: ['10.0.0.7'] } : 'no such name'),
      from.port,
      from.address,
    );
});
seen['resolves'] = await inA.resolve('web.test', { host: '10.0.0.2' });
seen['noSuchName'] = await inA.resolve('other.test', { host: '10.0.0.2' }).catch((error: Error) => error.message);

seen['probe'] = (await arpProbe('eth0', '10.0.0.2', { netns: a, timeoutMs: 100 })).length;
seen['probeNobody'] = await arpProbe('eth0', '10.0.0.77', { netns: a, timeoutMs: 50 });
await ipBatch(['neigh add 10.0.0.77 lladdr 02:00:00:00:00:99 dev eth0 nud stale'], { netns: b });
const macOfA = (await ipJson<{ address: string }>(['link', 'show', 'eth0'], { netns: a }))[0]?.address;
using announcer = new Announcer({ netns: a });
announcer.announce('eth0', ['10.0.0.77']);
const neighbour = async (): Promise<string | undefined> =>
  (await ipJson<{ lladdr?: string }>(['neigh', 'show', '10.0.0.77'], { netns: b }))[0]?.lladdr;
seen['neighbourFlipped'] = (await neighbour()) === macOfA;
try {
  announcer.announce('nope0', ['10.0.0.77']);
} catch (error) {
  seen['noInterface'] = (error as Error).message;
}

const kernelParameter = (path: string, { netns }: { netns: string }): string =>
  inNetns(netns, () => readFileSync(join('/proc/sys/net', path), 'utf8').trim());
const rpFilters = (): string[] => [a, b].map((netns) => kernelParameter('ipv4/conf/eth0/rp_filter', { netns }));
setReversePathFilter('eth0', 'strict', { netns: a });
const strict = rpFilters();
setReversePathFilter('eth0', 'loose', { netns: a });
seen['rpFilters'] = [strict, rpFilters()];
const here = (): string => readlinkSync('/proc/thread-self/ns/net');
const own = here();
try {
  inNetns(a, () => {
    throw new Error('inside');
  });
} catch {
  seen['cameBack'] = here() === own;
}
seen['brokenRuleset'] = await nftApply('table ip x {\n}\nnonsense\n', { netns: a }).then(
  () => 'applied',
  (error: Error) => /nft -f .*exit code 1.*nonsense/s.test(error.message),
);
seen['tablesAfterBroken'] = (await nftJson(['list', 'tables'], { netns: a })).filter((one) => 'table' in one).length;
seen['killedInTime'] = await run(['sh', '-c', 'sleep 60 & sleep 60'], { timeoutMs: 100 }).catch(
  (error: Error) => error.message,
);

const tracked = (): number => Number(kernelParameter('netfilter/nf_conntrack_count', { netns: b }));
const trackedBefore = tracked();
forgetConnections(0x20, 0x20, { netns: b });
seen['keptOtherMarks'] = tracked() === trackedBefore;
forgetConnections(0x10, 0x10, { netns: b });
seen['forgot'] = trackedBefore - tracked() >= 502;

seen['syns'] = packets.filter((packet) => packet === 'tcp 10.0.0.1 S').length;
seen['syns6'] = packets.filter((packet) => packet === 'tcp fd00::1 S').length;
seen['solicitations'] = packets.includes('nd fd00::1 ');
seen['captureDropped'] = (await capture.stop()).dropped;
// The kernel holds a bundle back for at most 10 ms.
while (logged.length < 502 && overruns === 0) await delay(5);
logReader.abort();
seen['overruns'] = overruns;
await log;
seen['loggedFirst'] = logged[0];
seen['logged'] = logged.length;
seen['loadsTwice'] = await import(new URL('libc.ts?again', import.meta.url).href).then(
  () => true,
  (error: Error) => error.message,
);
process.stdout.write(JSON.stringify(seen));
process.exit();
