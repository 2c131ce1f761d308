import { expect, test } from 'vitest';
import { UsageError } from './flags.ts';
import { parseNodeFlags } from './node-agent.ts';

test('the defaults', () => {
  const { agent } = parseNodeFlags([], { NODE_NAME: 'node-1' });
  expect(agent).toMatchObject({ nodeName: 'node-1', overlayPort: 4789, leaseMs: 10_000 });
  expect(agent.settings).toMatchObject({
    unknownPods: 'hold',
    fallback: 'drop',
    maxEgressIPsPerNode: 255,
    serviceCIDRs: [],
  });
});

test('flags', () => {
  const args = [
    '--node-name=n',
    '--service-cidr',
    '10.96.0.0/16,10.97.0.0/16',
    '--fallback=nodeIP',
    '--vxlan-port=8472',
  ];
  const { agent } = parseNodeFlags(args, { NODE_NAME: 'other' });
  expect(agent).toMatchObject({ nodeName: 'n', overlayPort: 8472 });
  expect(agent.settings).toMatchObject({ serviceCIDRs: ['10.96.0.0/16', '10.97.0.0/16'], fallback: 'nodeIP' });
});

test.each([
  { value: '0', want: 255 },
  { value: '1', want: 1 },
  { value: '255', want: 255 },
])('--max-egress-ips-per-node $value: $want', ({ value, want }) => {
  const { agent } = parseNodeFlags(['--node-name=n', `--max-egress-ips-per-node=${value}`], {});
  expect(agent.settings).toMatchObject({ maxEgressIPsPerNode: want });
});

test.each([
  { args: ['--node-name=n', '--max-egress-ips-per-node=256'], want: /must be a whole number from 0 to 255/ },
  { args: ['--node-name=n', '--max-egress-ips-per-node=-1'], want: /must be a whole number from 0 to 255/ },
  { args: ['--foo'], want: /Unknown option '--foo'; flags: --node-name, / },
  { args: ['x'], want: /Unexpected argument 'x'/ },
  { args: [], want: /the name of this node is missing: give --node-name or set NODE_NAME/ },
  { args: ['--node-name=n', '--service-cidr=10.0.0.0'], want: /--service-cidr 10.0.0.0: 10.0.0.0 is no CIDR/ },
  { args: ['--node-name=n', '--fallback=none'], want: /--fallback none: must be one of drop, nodeIP/ },
  { args: ['--node-name=n', '--vxlan-port=0'], want: /--vxlan-port 0: must be a whole number from 1 to 65535/ },
  { args: ['--node-name=n', '--lease-ms=1e9'], want: /--lease-ms 1e9: must be a whole number from 200 to 600000/ },
])('$args is refused', ({ args, want }) => {
  expect(() => parseNodeFlags(args, {})).toThrow(want);
  expect(() => parseNodeFlags(args, {})).toThrow(UsageError);
});
