import type { Logger } from '../base/log.ts';
import { controllerService } from './controller.ts';
import type { Defects } from './defects.ts';
import { UsageError } from './flags.ts';
import { nodeAgentService } from './node-agent.ts';
import { runService } from './run.ts';
import type { Service } from './run.ts';

/** `agent FLAGS` or `controller FLAGS`: one image is both. `defects` is for tests only. */
export function runProgram(argv: readonly string[], defects: Defects = {}): Promise<void> {
  const [program = '', ...args] = argv;
  const services: Readonly<Record<string, (log: Logger) => Promise<Service>>> = {
    agent: (log) => nodeAgentService(args, log, defects),
    controller: (log) => controllerService(args, log, defects),
  };
  return runService((log) => {
    const start = Object.hasOwn(services, program) ? services[program] : undefined;
    if (start === undefined)
      throw new UsageError(`there is no program "${program}"; programs: ${Object.keys(services).join(', ')}`);
    return start(log);
  });
}
