import { expect, test } from 'vitest';
import { PodAddresses } from './ipam.ts';
import { planPodNetwork } from './pod-network.ts';

test('a pod is one cable and one route on its node', () => {
  const plan = planPodNetwork({
    namespace: 'pod-a',
    node: 'node-1',
    veth: 'vetha',
    addresses: [
      { address: '10.203.1.7', gateway: '10.203.1.1' },
      { address: 'fd00:10:203:1::7', gateway: 'fd00:10:203:1::1' },
    ],
  });
  expect(plan.node).toContain('route add 10.203.1.7/32 dev vetha src 10.203.1.1');
  expect(plan.node).toContain('route add fd00:10:203:1::7/128 dev vetha src fd00:10:203:1::1');
  expect(plan.pod).toContain('route add default via 10.203.1.1');
  expect(plan.pod).toContain('route add default via fd00:10:203:1::1');
  expect(plan.pod).toContain('addr add fd00:10:203:1::7/128 dev eth0 nodad');
});

test('addresses of IPv6', () => {
  const addresses = new PodAddresses('fd00:10:203:1::/64');
  const [first, second] = [addresses.take(), addresses.take()];
  expect([addresses.gateway, first, second]).toEqual(['fd00:10:203:1::1', 'fd00:10:203:1::2', 'fd00:10:203:1::3']);
});

test('an address is used again only after all others', () => {
  const addresses = new PodAddresses('10.203.1.0/29');
  expect(addresses.gateway).toBe('10.203.1.1');
  const first = addresses.take();
  addresses.release(first);
  const all = Array.from({ length: 5 }, () => addresses.take());
  expect([first, ...all]).toEqual(['10.203.1.2', '10.203.1.3', '10.203.1.4', '10.203.1.5', '10.203.1.6', '10.203.1.2']);
  expect(() => addresses.take()).toThrow(/all 5 pod addresses from 10\.203\.1\.2 on are taken/);
});
