import { Counter, Gauge } from 'prom-client';
import type { AgentObserver, Standing } from '../node/agent.ts';
import type { Drop } from '../node/drops.ts';
import type { ProgramMetrics } from './program.ts';

export interface AgentSources {
  readonly standing: () => Standing;
  /** From the kernel; rejects while there are no tables. */
  readonly drops: () => Promise<readonly Drop[]>;
}

/** What a node agent tells beyond its process. The sources are asked when somebody asks. */
export function agentMetrics(program: ProgramMetrics, { standing, drops }: AgentSources): AgentObserver {
  const { registry, prefix } = program;
  const registers = [registry];
  const gauge = (name: string, help: string, value: (now: Standing) => number): unknown =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      registers,
      collect() {
        this.set(value(standing()));
      },
    });
  gauge('egress_ips', 'Egress IPs that this node owns.', ({ egressIPs }) => egressIPs);
  gauge('egresses', 'Egresses that have an address on this node.', ({ egresses }) => egresses);
  gauge('pod_addresses', 'Addresses of the pods of this node.', ({ podAddresses }) => podAddresses);
  gauge(
    'selected_pod_addresses',
    'Addresses of the pods of this node that an Egress has the traffic of.',
    ({ selectedPodAddresses }) => selectedPodAddresses,
  );
  new Counter({
    name: `${prefix}dropped_packets_total`,
    help: 'Packets that the rules of the agent have dropped, by IP version and reason.',
    labelNames: ['family', 'reason'],
    registers,
    async collect() {
      const counted = await drops();
      this.reset();
      for (const { family, reason, packets } of counted) this.inc({ family, reason }, packets);
    },
  });
  const assignments = new Counter({
    name: `${prefix}assignments_total`,
    help: 'Egress IPs that this node has taken.',
    registers,
  });
  const unassignments = new Counter({
    name: `${prefix}unassignments_total`,
    help: 'Egress IPs that this node has given up, or has seen lost with their node.',
    registers,
  });
  const failures = new Counter({
    name: `${prefix}assignment_failures_total`,
    help: 'Failures to find a node for an Egress IP that this node has reported.',
    registers,
  });
  const counters: Readonly<Record<string, Counter>> = {
    IPAssigned: assignments,
    IPUnassigned: unassignments,
    AssignmentError: failures,
  };
  return {
    loopRan: program.loopRan,
    told: ({ reason }) => counters[reason]?.inc(),
  };
}
