import { isIP } from 'node:net';
import { sameAddress } from './address.ts';
import { failed, passed, type CheckContext, type CheckResult } from './violations.ts';

export interface Claim {
  readonly address: string;
  readonly node: string;
}

/** A status is true when it claims all the addresses, and each for the node that answers for it; null: nobody answers. */
export function statusIsTrue(
  rule: {
    readonly claims: readonly Claim[];
    readonly wanted: readonly string[];
    readonly answering: ReadonlyMap<string, string | null>;
  },
  { name }: Pick<CheckContext, 'name'>,
): CheckResult {
  const { claims, wanted, answering } = rule;
  const missing = wanted.filter((address) => !claims.some((claim) => isSame(claim.address, address)));
  const nodeOf = (address: string) => [...answering].find(([asked]) => isSame(asked, address))?.[1];
  const untrue = claims.filter(({ address, node }) => nodeOf(address) !== node);
  const said = claims.map(({ address, node }) => `${address} on ${node}`).join(', ') || 'nothing';
  if (missing.length === 0 && untrue.length === 0) return passed(name, `it says ${said}, and so it is`);
  const seen = [...answering].map(([address, node]) => `${node ?? 'nobody'} answers for ${address}`).join(', ');
  return failed(name, `it says ${said}; ${seen || 'nobody was asked'}`, []);
}

/** A node can also be claimed for what is no address. */
const isSame = (a: string, b: string): boolean => isIP(a) !== 0 && isIP(b) !== 0 && sameAddress(a, b);
