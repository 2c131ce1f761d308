import { beforeAll, describe, expect, test } from 'vitest';
import { runInSandbox } from '../linux/sandbox.fixture.ts';

const program = new URL('changes.fixture.ts', import.meta.url).href;

/** a1 is on a node that owns nothing, a2 on the egress node. */
describe.each(['IPv4', 'IPv6'])('policies of %s that are changed', (version) => {
  let seen: Record<string, unknown> = {};

  beforeAll(async () => {
    seen = await runInSandbox(program, version === 'IPv6' ? '6' : '4');
  }, 70_000);

  test('no packet of the pods has had another address meanwhile, and some have arrived', () => {
    const none = [
      ...['anotherAddress', 'anotherOwner', 'ownerWithPods', 'anotherLabel', 'anotherSelector', 'secondAddress'],
      'anotherPolicy',
    ];
    expect(seen['leaks']).toEqual(Object.fromEntries(none.map((change) => [change, 0])));
    expect(seen['arrivals']).toEqual(Object.fromEntries(none.map((change) => [change, true])));
    expect(seen['leakWouldBeSeen']).toBe(true);
  });

  test.each([
    { when: 'a policy comes', key: 'onApply', a1: 'is reset', a2: 'stands still' },
    { when: 'a second address comes', key: 'onSecondAddress', a1: 'goes on', a2: 'goes on' },
    { when: 'the address becomes another', key: 'onAnotherAddress', a1: 'stands still', a2: 'stands still' },
    { when: 'the owner becomes another', key: 'onAnotherOwner', a1: 'goes on', a2: 'stands still' },
    { when: 'the policy goes', key: 'onDelete', a1: 'stands still', a2: 'goes on' },
  ])('what becomes of open connections when $when', ({ key, a1, a2 }) => {
    expect(seen[key]).toEqual({ a1, a2 });
  });

  test('nor has a packet of a connection from before', () => {
    expect(seen['leakedPackets']).toBe(0);
  });
});
