import { checkRequirements, installNft, type Requirement } from '../../clusters/netns/requirements.ts';
import type { CommandContext } from './context.ts';
import { TestbedError } from './exit-codes.ts';

/** Looks at what the embedded cluster needs before it is brought up; installs nft where that is allowed. */
export async function prepareMachine({ note, settings }: Pick<CommandContext, 'note' | 'settings'>): Promise<void> {
  const first = await checkRequirements(settings.stateDir);
  const installed = first.some(({ name, ok }) => name === 'nft' && !ok) && (await installNft(note));
  const missing = (installed ? await checkRequirements(settings.stateDir) : first).filter(({ ok }) => !ok);
  if (missing.length === 0) return;
  throw new TestbedError(
    `this machine cannot run the embedded cluster yet:\n${missing.map(requirementLine).join('\n')}`,
  );
}

export function requirementLine({ name, ok, found, remedy }: Requirement): string {
  return `${ok ? 'ok     ' : 'MISSING'}  ${name.padEnd(16)}  ${found}${ok ? '' : `\n         ${''.padEnd(16)}  ${remedy}`}`;
}
