import { beforeAll, expect, test } from 'vitest';
import { runInSandbox } from './sandbox.fixture.ts';

let seen: Record<string, unknown> = {};

beforeAll(async () => {
  seen = await runInSandbox(new URL('kernel.fixture.ts', import.meta.url).href);
}, 70_000);

test.each([
  { when: 'a connection from another namespace', key: 'connects', want: '10.0.0.1:5555' },
  { when: 'a connection from a chosen address', key: 'chosenAddress', want: '10.0.0.11:5556' },
  { when: 'a port where nobody listens', key: 'refused', want: 'ECONNREFUSED' },
  { when: 'a local address that is not there', key: 'addressNotOurs', want: 'EADDRNOTAVAIL' },
  { when: 'a destination without a route', key: 'noRoute', want: 'ENETUNREACH' },
  { when: 'a connection over IPv6', key: 'connects6', want: 'fd00::1:5557' },
  { when: 'a connection over IPv6 from a chosen address', key: 'chosenAddress6', want: 'fd00::11:5558' },
  { when: 'a datagram over IPv6', key: 'datagram6', want: 'hello of fd00::1' },
  { when: 'the capture saw the SYN over IPv6', key: 'syns6', want: 1 },
  { when: 'and Neighbour Discovery as such', key: 'solicitations', want: true },
  { when: 'a destination that drops says nothing', key: 'silentEvents', want: 0 },
  { when: '500 connections at once', key: 'fiveHundred', want: 500 },
  { when: 'their descriptors are closed', key: 'leakedDescriptors', want: 0 },
  { when: 'a name resolves', key: 'resolves', want: ['10.0.0.7'] },
  {
    when: 'a name that does not exist',
    key: 'noSuchName',
    want: 'the DNS server answers "other.test" with code 3 (no such name)',
  },
  { when: 'one host answers an ARP probe', key: 'probe', want: 1 },
  { when: 'nobody answers for an unused address', key: 'probeNobody', want: [] },
  { when: 'a gratuitous ARP moves the neighbour at once', key: 'neighbourFlipped', want: true },
  { when: 'an interface that does not exist', key: 'noInterface', want: 'if_nametoindex("nope0"): ENODEV' },
  {
    when: 'the reverse path filter of an interface is set, of no other',
    key: 'rpFilters',
    want: [
      ['1', '0'],
      ['2', '0'],
    ],
  },
  { when: 'two bundles of one process have the system calls', key: 'loadsTwice', want: true },
  { when: 'an error inside comes back to the own namespace', key: 'cameBack', want: true },
  { when: 'a broken ruleset is refused', key: 'brokenRuleset', want: true },
  { when: 'and nothing of it is applied', key: 'tablesAfterBroken', want: 0 },
  {
    when: 'a command that hangs',
    key: 'killedInTime',
    want: expect.stringContaining('did not end within 100 ms and was killed') as string,
  },
  { when: 'connections with another mark are kept', key: 'keptOtherMarks', want: true },
  { when: 'connections with the mark are forgotten', key: 'forgot', want: true },
  { when: 'the capture saw every SYN of the first host', key: 'syns', want: 503 },
  { when: 'and dropped nothing', key: 'captureDropped', want: 0 },
  { when: 'the log has the rule’s prefix and the packet', key: 'loggedFirst', want: 'seen 10.0.0.1>10.0.0.2:8080' },
  { when: 'the log has every new connection', key: 'logged', want: 502 },
])('$when', ({ key, want }) => {
  expect(seen[key]).toEqual(want);
});
