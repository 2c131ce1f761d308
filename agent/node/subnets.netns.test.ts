import { beforeAll, describe, expect, test } from 'vitest';
import { runInSandbox } from '../linux/sandbox.fixture.ts';

const program = new URL('subnets.fixture.ts', import.meta.url).href;

/** The Egress IP is on node-2, in a subnet with a gateway of its own; pods a1, a2, a3 are selected. */
describe.each([
  { version: 'IPv4', far: '172.16.19.131', third: '172.16.21.131', near: '172.16.18.131', node: '172.16.18.122' },
  { version: 'IPv6', far: 'fd00:19::131', third: 'fd00:21::131', near: 'fd00:18::131', node: 'fd00:18::122' },
])('a subnet of its own, $version', ({ version, far, third, near, node }) => {
  let seen: Record<string, unknown> = {};

  beforeAll(async () => {
    seen = await runInSandbox(program, version === 'IPv6' ? '6' : '4');
  }, 70_000);

  test.each([
    { when: 'pods leave with the address by the gateway of its subnet', key: 'far', want: [far, far, far] },
    { when: 'hosts of the subnet are on the link', key: 'neighbour', want: [far, far, far] },
    { when: 'what the owner itself sends goes as before', key: 'ownTraffic', want: node },
    { when: 'a restarted agent adopts rule and routes as they are', key: 'restartChangesNothing', want: true },
    { when: 'what somebody else has flushed comes back', key: 'mended', want: true },
    { when: 'of two addresses each goes the way of its subnet', key: 'spread', want: [true, true, true] },
    { when: 'and no connection is lost', key: 'lost', want: [0, 0, 0] },
    { when: 'another subnet has another gateway', key: 'third', want: [third, third, third] },
    { when: 'nothing went by the gateway of the nodes', key: 'wrongWay', want: 0 },
    { when: 'with a VLAN nobody leaves', key: 'vlan', want: ['none', 'none', 'none'] },
    { when: 'an address of the subnet of the nodes goes by their gateway', key: 'near', want: [near, near, near] },
    { when: 'and of the others nothing stays', key: 'nothingStays', want: true },
    { when: 'no packet left with the address of a pod', key: 'leakedPackets', want: 0 },
    { when: 'an uninstall leaves nothing', key: 'uninstallLeaves', want: [] },
  ])('$when', ({ key, want }) => {
    expect(seen[key]).toEqual(want);
  });
});
