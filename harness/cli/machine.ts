import { checkKindRequirements } from '../../clusters/kind/requirements.ts';
import { checkRequirements, installNft } from '../../clusters/netns/requirements.ts';
import type { Requirement } from '../../clusters/requirement.ts';
import type { CommandContext } from './context.ts';
import { TestbedError } from './exit-codes.ts';
import { foreignImages } from './settings.ts';
import type { Settings } from './settings.ts';

/** What the provider of the settings needs of this machine. */
export function requirementsOf(settings: Settings): Promise<readonly Requirement[]> {
  if (settings.provider === 'existing') return Promise.resolve([]);
  return settings.provider === 'kind'
    ? checkKindRequirements(foreignImages(settings))
    : checkRequirements(settings.stateDir);
}

/** Looks at what clusters need before one is brought up; installs nft for the embedded one where that is allowed. */
export async function prepareMachine({ note, settings }: Pick<CommandContext, 'note' | 'settings'>): Promise<void> {
  const first = await requirementsOf(settings);
  const installed = first.some(({ name, ok }) => name === 'nft' && !ok) && (await installNft(note));
  const missing = (installed ? await requirementsOf(settings) : first).filter(({ ok }) => !ok);
  if (missing.length === 0) return;
  const cluster = settings.provider === 'kind' ? 'clusters of kind' : 'the embedded cluster';
  throw new TestbedError(`this machine cannot run ${cluster} yet:\n${missing.map(requirementLine).join('\n')}`);
}

export function requirementLine({ name, ok, found, remedy }: Requirement): string {
  return `${ok ? 'ok     ' : 'MISSING'}  ${name.padEnd(16)}  ${found}${ok ? '' : `\n         ${''.padEnd(16)}  ${remedy}`}`;
}
