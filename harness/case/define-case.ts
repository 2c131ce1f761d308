import type { Capability } from '../../clusters/cluster.ts';
import type { DefectName } from '../defects/names.ts';
import type { World } from '../world/world.ts';
import type { Feature } from './features.ts';

export const levels = ['core', 'extended', 'declared', 'measurement'] as const;
export type Level = (typeof levels)[number];

/** The testbeds of clusters/topologies.ts. */
export const topologyNames = ['egress', 'egress-ipv6', 'node-ipam'] as const;
export type TopologyName = (typeof topologyNames)[number];

/** Pods that exist before the case begins. */
export interface GivenPods {
  /** Numbers of nodes, from 1; a cluster with fewer nodes begins again with its first. `everyNode`: one on each node, so on the egress node, on another one and on a plain worker, whichever is the exit. */
  readonly on: 'everyNode' | readonly number[];
  /** Pods per node; default 1. */
  readonly perNode?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
}

export interface GivenNamespace {
  readonly labels?: Readonly<Record<string, string>>;
  readonly pods?: GivenPods;
}

/** A number of a case that can be set. */
export interface Parameter {
  readonly means: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A case as data; only `checks` runs anything. */
export interface EgressCase {
  /** Of the catalogue; never reused. */
  readonly id: string;
  /** A sentence in the present tense, from the view of whoever uses Egress. */
  readonly title: string;
  readonly level: Level;
  readonly features: readonly Feature[];
  readonly topology: TopologyName;
  /** What goes wrong in the world without it. */
  readonly why: string;
  /** Upstream issues and pull requests it comes from, e.g. `antrea-io/antrea#3361`. */
  readonly upstream?: readonly string[];
  /** Namespaces and their pods by the name the case gives them; on the cluster the names are unique. */
  readonly given: Readonly<Record<string, GivenNamespace>>;
  /** Numbers that a measurement may want otherwise: `egressproof test --set ID.name=number`. */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** How many checks `checks` makes; a case that made fewer has not passed. The leak check comes on top. */
  readonly plan: number;
  /** Seeded defects that must make it fail (`egressproof selftest`). */
  readonly catches: readonly DefectName[];
  /** Touches what the whole cluster shares (database, firewall, selections of everything): runs alone. */
  readonly exclusive?: boolean;
  /** What the cluster must have, beyond nodes, pods and a witness outside. */
  readonly needs?: readonly Capability[];
  /** Touches pods or nodes that are not the case's own: on a cluster that is not ours only with --disruptive. */
  readonly disruptive?: boolean;
  /** Runs on a cluster without any implementation: what plain Kubernetes does. */
  readonly baseline?: boolean;
  readonly checks: (world: World) => Promise<void>;
}

const idForm = /^[A-Z]+-\d{2}$/;
const upstreamForm = /^[\w.-]+\/[\w.-]+#\d+$/;

/** @throws Error naming the case and the field. */
export function defineCase(definition: EgressCase): EgressCase {
  const { id, title, plan, features, level, catches, baseline, upstream = [] } = definition;
  const refuse = (problem: string): never => {
    throw new Error(`case ${id} (${title}): ${problem}`);
  };
  if (!idForm.test(id)) refuse('an id looks like ID-01');
  if (!Number.isInteger(plan) || plan < 1) refuse(`plans ${plan} checks; at least one is needed`);
  if (features.length === 0) refuse('names no feature');
  const wrong = upstream.find((reference) => !upstreamForm.test(reference));
  if (wrong !== undefined) refuse(`upstream ${wrong} does not look like antrea-io/antrea#3361`);
  if (level === 'core' && catches.length === 0 && baseline !== true) {
    refuse('a core case names at least one defect that it catches');
  }
  return definition;
}
