import type { DatabaseConnection, FirewallLogEntry } from '../../clusters/cluster.ts';
import { includesAddress } from './address.ts';
import { failed, passed, unknown, type CheckContext, type CheckResult, type Violation } from './violations.ts';

/** The database's own log: connections to this database came from these addresses only, with this outcome. */
export function databaseSaw(
  rule: {
    readonly entries: readonly DatabaseConnection[];
    readonly database: string;
    readonly outcome: DatabaseConnection['outcome'];
    readonly sources: readonly string[];
    /** Connections of that outcome that were made, so that an empty log does not pass. */
    readonly atLeast: number;
  },
  context: CheckContext,
): CheckResult {
  const entries = rule.entries.filter(
    ({ database, outcome }) => database === rule.database && outcome === rule.outcome,
  );
  const wrong = entries.filter(({ source }) => !includesAddress(rule.sources, source));
  if (wrong.length > 0) {
    const message = `${wrong.length} of ${entries.length} connections ${rule.outcome} to ${rule.database} came from elsewhere`;
    const rows = group(wrong, entries.length, `database ${rule.database}`, 'postgresql', rule.sources, context);
    return failed(context.name, message, rows);
  }
  if (entries.length < rule.atLeast) {
    return unknown(
      context.name,
      `the database logged ${entries.length} such connections, not the ${rule.atLeast} made`,
    );
  }
  return passed(context.name, `${entries.length} connections ${rule.outcome}, all from ${rule.sources.join(', ')}`);
}

/** The firewall's log: what a rule let through or dropped came from these addresses only. */
export function firewallSaw(
  rule: {
    readonly entries: readonly FirewallLogEntry[];
    readonly rule: string;
    readonly action: FirewallLogEntry['action'];
    readonly sources: readonly string[];
    readonly atLeast: number;
  },
  context: CheckContext,
): CheckResult {
  const entries = rule.entries.filter((entry) => entry.rule === rule.rule && entry.action === rule.action);
  const wrong = entries.filter(({ source }) => !includesAddress(rule.sources, source));
  if (wrong.length > 0) {
    const message = `${wrong.length} of ${entries.length} connections by rule ${rule.rule} came from elsewhere`;
    return failed(
      context.name,
      message,
      group(wrong, entries.length, `firewall rule ${rule.rule}`, 'other', rule.sources, context),
    );
  }
  if (entries.length < rule.atLeast) {
    return unknown(
      context.name,
      `the firewall logged ${entries.length} connections by rule ${rule.rule}, not the ${rule.atLeast} made`,
    );
  }
  return passed(
    context.name,
    `${entries.length} connections by rule ${rule.rule}, all from ${rule.sources.join(', ')}`,
  );
}

function group(
  wrong: readonly { readonly source: string }[],
  of: number,
  destination: string,
  protocol: Violation['protocol'],
  expected: readonly string[],
  context: CheckContext,
): Violation[] {
  return [...Map.groupBy(wrong, ({ source }) => source)].map(([source, entries]) => {
    const owner = context.ownerOf?.(source);
    return {
      namespace: null,
      pod: null,
      podIP: null,
      node: null,
      destination,
      protocol,
      seen: source,
      ...(owner === undefined ? {} : { seenOwner: owner }),
      expected: [...expected],
      count: entries.length,
      of,
      // The logs of database and firewall have wall-clock times, which cannot be set against the case's clock.
      firstAtMs: 0,
    };
  });
}
