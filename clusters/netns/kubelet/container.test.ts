import { expect, test } from 'vitest';
import { commandOf, environmentOf, imageName } from './container.ts';

const images = {
  'egressproof/traffic': { program: 'egressproof-traffic' },
  'egressproof/agent': { command: ['node', 'agent.js'] },
};

test.each([
  [{ name: 'c', image: 'egressproof/traffic', args: ['a'] }, ['egressproof-traffic', 'a']],
  [{ name: 'c', image: 'egressproof/agent:v1', args: ['--x'] }, ['node', 'agent.js', '--x']],
  [{ name: 'c', image: 'busybox', command: ['sleep', '9'] }, ['sleep', '9']],
  [{ name: 'c', image: 'egressproof/agent', command: ['sh'] }, ['sh']],
  [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }, null],
])('%o runs %o', (container, command) => {
  expect(commandOf(container, images)).toEqual(command);
});

test.each([
  ['a/b:v1', 'a/b'],
  ['host:5000/a/b', 'host:5000/a/b'],
  ['a@sha256:0123', 'a'],
])('the image %s is %s', (image, name) => {
  expect(imageName(image)).toBe(name);
});

test('a container sees the fields of its pod that it asks for', () => {
  const env = [
    { name: 'PLAIN', value: 'x' },
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    { name: 'ALL', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } },
  ];
  const status = { hostIP: '172.16.18.121', podIPs: [{ ip: '10.203.1.2' }, { ip: 'fd00:10:203:1::2' }] };
  const pod = { metadata: { name: 'p' }, spec: { nodeName: 'node-1', containers: [] }, status };
  expect(environmentOf({ name: 'c', env }, pod)).toEqual({
    PLAIN: 'x',
    NODE: 'node-1',
    HOST: '172.16.18.121',
    ALL: '10.203.1.2,fd00:10:203:1::2',
  });
});
