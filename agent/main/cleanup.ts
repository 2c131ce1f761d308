import { jsonLogger } from '../base/log.ts';
import { removeDataPlane } from '../node/dataplane.ts';

// For a node whose agent cannot be asked any more: takes away everything that an agent has made in this node's kernel.
await removeDataPlane();
jsonLogger((line) => process.stderr.write(line)).info('removed');
