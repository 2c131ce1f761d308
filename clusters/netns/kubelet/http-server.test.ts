import { expect, test } from 'vitest';
import { exitStatus, lastLines, parseTarget } from './http-server.ts';

test('the parts of an exec are in its path', () => {
  const target = parseTarget('/exec/shop/web-1/main?command=sh&command=-c&command=true&stdout=true', 'exec');
  expect(target).toMatchObject({ namespace: 'shop', pod: 'web-1', container: 'main' });
  expect(target?.query.getAll('command')).toEqual(['sh', '-c', 'true']);
});

test.each(['/exec/shop/web-1', '/containerLogs/shop/web-1/main', '/'])('%s is no exec', (url) => {
  expect(parseTarget(url, 'exec')).toBeNull();
});

test('the exit code is told as the protocol has it', () => {
  expect(exitStatus(0)).toEqual({ metadata: {}, status: 'Success' });
  expect(exitStatus(3)).toMatchObject({
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
});

test.each([
  ['a\nb\nc\n', '2', 'b\nc\n'],
  ['a\nb', '1', 'b'],
  ['a\n', '0', ''],
  ['a\n', null, 'a\n'],
])('the last lines of %j, %s of them', (text, count, expected) => {
  expect(lastLines(text, count)).toBe(expected);
});
