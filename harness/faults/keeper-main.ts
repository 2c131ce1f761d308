/**
 * Outlives the process that makes faults: when its input ends, it takes back what was not taken back, and ends. Says on a
 * line of its output that it has noted a fault. Loads what it needs for that only then: it has to be quick to start.
 */
import { createInterface } from 'node:readline';
import { keeperLine, type Standing } from './keeper-protocol.ts';

const standing = new Map<number, Standing>();
for await (const line of createInterface({ input: process.stdin })) {
  const said = keeperLine.parse(JSON.parse(line));
  if ('ended' in said) standing.delete(said.ended);
  else {
    standing.set(said.begins.id, said.begins);
    process.stdout.write(`${said.begins.id}\n`);
  }
}
if (standing.size > 0) {
  const { takeBack } = await import('./take-back.ts');
  // The last one first, as an undo goes.
  for (const one of [...standing.values()].toReversed()) await takeBack(one);
}
process.exit(0);
