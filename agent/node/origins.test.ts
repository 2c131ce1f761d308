import { expect, test } from 'vitest';
import { originsOf } from './origins.ts';
import { RunningPods } from './running-pods.ts';

const ends = new Map([
  ['node-1', '172.16.18.121'],
  ['node-2', '172.16.18.122'],
]);
const pod = (name: string, nodeName: string, ips: readonly string[], phase = 'Running') => ({
  metadata: { name },
  spec: { nodeName },
  status: { phase, podIP: ips[0] ?? '', podIPs: ips.map((ip) => ({ ip })) },
});

test('pods of other nodes that leave from here come from their node, by both IP versions', () => {
  const pods = [
    pod('near', 'node-1', ['10.203.1.5']),
    pod('far', 'node-2', ['10.203.2.5', 'FD00:203:2::5']),
    pod('other', 'node-2', ['10.203.2.6']),
    pod('ended', 'node-2', ['10.203.2.7'], 'Succeeded'),
    pod('lost', 'node-9', ['10.203.9.5']),
  ];
  expect(originsOf(new RunningPods().of(pods), 'node-1', ends, (ip) => ip !== '10.203.2.6')).toEqual(
    new Map([
      ['10.203.2.5', '172.16.18.122'],
      ['fd00:203:2::5', '172.16.18.122'],
    ]),
  );
});
