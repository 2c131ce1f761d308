import { Counter, Gauge } from 'prom-client';
import type { ControllerObserver, Findings } from '../controller/controller.ts';
import type { ProgramMetrics } from './program.ts';

/** What the controller tells beyond its process. `findings` is asked for when somebody asks. */
export function controllerMetrics(program: ProgramMetrics, findings: () => Findings): ControllerObserver {
  const { registry, prefix } = program;
  const registers = [registry];
  new Gauge({
    name: `${prefix}egresses`,
    help: 'Egresses: with all addresses allocated, waiting for one, or static (without a pool).',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(findings().egresses)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: `${prefix}overlapped_egresses`,
    help: 'Egresses that select pods which belong to older ones.',
    registers,
    collect() {
      this.set(findings().overlapped);
    },
  });
  new Gauge({
    name: `${prefix}pool_addresses`,
    help: 'Addresses of an ExternalIPPool.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { pool, total, used } of findings().pools) {
        this.set({ pool, state: 'used' }, used);
        this.set({ pool, state: 'free' }, total - used);
      }
    },
  });
  // Antrea's names (pkg/controller/metrics/prometheus.go), which Antrea itself does not register.
  const egressUpdates = new Counter({
    name: 'antrea_controller_eg_status_updates',
    help: 'The total number of actual status updates performed for Egress Custom Resources',
    registers,
  });
  const poolUpdates = new Counter({
    name: 'antrea_controller_eip_status_updates',
    help: 'The total number of actual status updates performed for ExternalIPPool Custom Resources',
    registers,
  });
  return {
    loopRan: program.loopRan,
    statusWritten: (kind) => (kind === 'Egress' ? egressUpdates : poolUpdates).inc(),
  };
}
