import { checkRequirements } from '../../clusters/netns/requirements.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { requirementLine } from './machine.ts';

/** Says whether this machine can run a cluster, and what to do if not. Changes nothing. */
export async function doctor({ settings, print, flags }: CommandContext): Promise<number> {
  const requirements = await checkRequirements(settings.stateDir);
  const isReady = requirements.every(({ ok }) => ok);
  if (flags['output'] === 'json') {
    print(JSON.stringify({ ready: isReady, requirements }, null, 2));
  } else {
    for (const requirement of requirements) print(requirementLine(requirement));
    print(isReady ? 'ready: `npm run demo`, `npm test`' : 'not ready yet');
  }
  return isReady ? exitCodes.passed : exitCodes.testbedFailed;
}
