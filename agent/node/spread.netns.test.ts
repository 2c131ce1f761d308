import { beforeAll, describe, expect, test } from 'vitest';
import { runInSandbox } from '../linux/sandbox.fixture.ts';

const program = new URL('spread.fixture.ts', import.meta.url).href;

/** The first address is on node-2, the second on node-3; pods a1, a2, a3 are selected. The digit is the node. */
describe.each(['IPv4', 'IPv6'])('two addresses of %s', (version) => {
  let seen: Record<string, unknown> = {};

  beforeAll(async () => {
    seen = await runInSandbox(program, version === 'IPv6' ? '6' : '4');
  }, 70_000);

  test.each([
    { when: 'a connection from when there was one address keeps it', key: 'earlyKeepsFirst', want: 'still' },
    {
      when: 'datagrams of a socket, also in fragments, all have the same source',
      key: 'datagrams',
      want: [true, true, true],
    },
    { when: 'echo requests are answered', key: 'pings', want: [5, 5, 5] },
    { when: 'a restarted agent adopts the state as it is', key: 'restartChangesNothing', want: true },
    {
      when: 'when one address has no node, the other takes all new connections',
      key: 'oneIsLost',
      want: { a1: { first: 20 }, a2: { first: 20 }, a3: { first: 20 } },
    },
    { when: 'its old connections are dropped, not sent with the other', key: 'lostWaits', want: /^0 of [1-9]/ },
    {
      when: 'when no address has a node, nobody leaves',
      key: 'bothAreLost',
      want: { a1: { none: 4 }, a2: { none: 4 }, a3: { none: 4 } },
    },
    { when: 'no packet left with the address of a pod', key: 'leakedPackets', want: 0 },
  ])('$when', ({ key, want }) => {
    if (want instanceof RegExp) expect(seen[key]).toMatch(want);
    else expect(seen[key]).toEqual(want);
  });

  test.each([
    { when: 'connections on the address that does not move go on', key: 'afterMove' },
    { when: 'connections on both go on when it comes back', key: 'movedBack' },
    { when: 'connections on the other go on when an address is lost', key: 'otherGoesOn' },
    { when: 'connections on the lost address go on when it comes back', key: 'isBack' },
    { when: 'connections that the other took meanwhile stay with it', key: 'meanwhileKeeps' },
  ])('$when', ({ key }) => {
    const [have, all] = seen[key] as [string, string];
    expect(have).toBe(all);
    expect(have).not.toBe('0 of 0');
  });

  test.each(['spread', 'spreadAgain'])(
    '%s: each address has at least a fifth of the connections of each pod',
    (key) => {
      const counts = Object.values(seen[key] as Record<string, Record<string, number>>);
      for (const { first = 0, second = 0 } of counts) {
        expect(first + second).toBe(100);
        expect(Math.min(first, second)).toBeGreaterThanOrEqual(20);
      }
      expect(counts).toHaveLength(3);
    },
  );
});
