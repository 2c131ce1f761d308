import { familyOf } from './family.ts';
import { cidrRange } from '../base/ip-range.ts';
import type { KubeObject } from '../kube/object.ts';

/** Key of the ConfigMap `egressproof-config`: CIDRs and addresses, separated by spaces, commas or line ends. */
const key = 'exceptCIDRs';

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Destinations that are excepted at run time, and what is written there that is none. */
export function exceptions(config: ConfigMap | undefined): { cidrs: string[]; wrong: string[] } {
  const entries = (config?.data?.[key] ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  const isRight = (entry: string): boolean =>
    entry.includes('/') ? cidrRange(entry) !== null : familyOf(entry) !== null;
  return { cidrs: entries.filter(isRight), wrong: entries.filter((entry) => !isRight(entry)) };
}
