import { failed, passed, unknown, type CheckResult } from './violations.ts';

/** Flows of which the router has seen the one datagram, since the beginning. */
export interface FlowCounts {
  /** With the Egress IP. */
  readonly asAddress: number;
  readonly otherwise: number;
}

/**
 * More flows were opened than one address has ports: those beyond fail, and nothing leaves otherwise. `filled`: when as
 * many had been opened as there are ports, `after`: when `beyond` more had been.
 */
export function manyFlows(
  rule: {
    readonly filled: FlowCounts;
    readonly after: FlowCounts;
    readonly opened: number;
    readonly beyond: number;
    readonly address: string;
  },
  { name }: { readonly name: string },
): CheckResult {
  const { filled, after, opened, beyond, address } = rule;
  const refused = opened + beyond - after.asAddress;
  const message = `${after.asAddress} flows of ${opened + beyond} left as ${address}, ${filled.asAddress} of the first ${opened}`;
  if (after.otherwise > 0) return failed(name, `${after.otherwise} flows left with another address; ${message}`, []);
  if (filled.asAddress < opened / 2) return failed(name, `fewer than half of the ports could be used: ${message}`, []);
  if (refused <= 0 || after.asAddress - filled.asAddress >= beyond)
    return unknown(name, `the ports did not run out: ${message}`);
  return passed(name, `${message}; none otherwise`, { flows: after.asAddress });
}
