import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { requirementLine, requirementsOf } from './machine.ts';

/** Says whether this machine can run a cluster, and what to do if not. Changes nothing. */
export async function doctor({ settings, print, flags }: CommandContext): Promise<number> {
  const requirements = await requirementsOf(settings);
  const isReady = requirements.every(({ ok }) => ok);
  if (flags['output'] === 'json') {
    print(JSON.stringify({ ready: isReady, requirements }, null, 2));
  } else {
    for (const requirement of requirements) print(requirementLine(requirement));
    const kind = settings.provider === 'kind';
    const next = kind ? '`npx egressproof demo --provider kind`' : '`npm run demo`, `npm test`';
    print(isReady ? `ready: ${next}` : 'not ready yet');
  }
  return isReady ? exitCodes.passed : exitCodes.testbedFailed;
}
