import { expect, test } from 'vitest';
import { ReconcileLoop } from './reconcile-loop.ts';

const unexpected = (error: Error): never => {
  throw error;
};

test('many triggers make one run, and a trigger during a run makes another', async () => {
  let runs = 0;
  const second = Promise.withResolvers<void>();
  const loop = new ReconcileLoop(async () => {
    runs += 1;
    if (runs === 1) loop.trigger();
    else second.resolve();
    await Promise.resolve();
  }, unexpected);
  for (let i = 0; i < 10; i += 1) loop.trigger();
  await second.promise;
  await loop.stop();
  expect(runs).toBe(2);
});

test('a failing run is told and repeated without a trigger', async () => {
  const errors: string[] = [];
  const done = Promise.withResolvers<void>();
  let runs = 0;
  const loop = new ReconcileLoop(
    () => {
      runs += 1;
      if (runs < 3) return Promise.reject(new Error(`run ${runs}`));
      done.resolve();
      return Promise.resolve();
    },
    (error) => errors.push(error.message),
  );
  loop.trigger();
  await done.promise;
  await loop.stop();
  expect(errors).toEqual(['run 1', 'run 2']);
});

test('stop waits for the run in progress and lets no other begin', async () => {
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  let runs = 0;
  const loop = new ReconcileLoop(async () => {
    runs += 1;
    begun.resolve();
    await finish.promise;
  }, unexpected);
  loop.trigger();
  await begun.promise;
  loop.trigger();
  const stopped = loop.stop();
  finish.resolve();
  await stopped;
  expect(runs).toBe(1);
});
