/**
 * What a place to run looks like to a case. A case never knows which provider it runs on.
 * Pods are reached through the Kubernetes API only (`kubeconfig`), so there is nothing about pods here.
 */

/** A command that has ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to the command's standard input. */
  readonly input?: string;
  /** Milliseconds after which the command and its children are killed; default 30,000. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A non-zero exit code is returned instead of thrown as a CommandError. */
  readonly allowFailure?: boolean;
}

/** A resident process on a node or external host, spoken to line by line. */
export interface RunningProcess extends AsyncDisposable {
  /** Lines of standard output, without the line end; ends when the process ends. */
  readonly lines: AsyncIterable<string>;
  writeLine(line: string): void;
  /** Ends the process and its children: SIGTERM, then SIGKILL after a grace period. Resolves when it is gone. */
  stop(): Promise<void>;
  readonly exited: Promise<{ readonly exitCode: number; readonly stderrTail: string }>;
}

/** Somewhere a command can run: a node, the router, an external host. */
export interface Host {
  readonly name: string;
  /** Its primary address: IPv4, unless the cluster is IPv6-only. */
  readonly address: string;
  /** Its IPv6 address in a dual-stack cluster. */
  readonly address6?: string;
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Starts one of the harness's programs (see ClusterOptions.programs) and keeps it running. */
  start(program: string, args: readonly string[], options?: Pick<RunOptions, 'env'>): Promise<RunningProcess>;
  readFile(path: string): Promise<string>;
}

/** Takes back a fault. Idempotent; safe after the node is gone. */
export type Undo = () => Promise<void>;

export interface ClusterNode extends Host {
  readonly podCIDR: string;
  /** Makes this IPv4 address of the node, as soon as it is free, the one that its next pod gets. */
  nextPodAddress(address: string): Promise<void>;
  readonly podCIDR6?: string;
  /** Power cut: every process and the kernel's state of the node are gone at once. Undo boots it again, empty. */
  powerOff(): Promise<Undo>;
  /** The network cable of the node LAN is pulled (carrier lost at the switch); processes and kernel go on. */
  unplug(): Promise<Undo>;
  /** Stops every process of the node (SIGSTOP). Its kernel goes on forwarding, routing and answering ARP. */
  freeze(): Promise<Undo>;
  /** The node's kubelet stops: it reports, starts and ends nothing. What runs goes on. Undo starts it again. */
  stopKubelet(): Promise<Undo>;
  /** Takes back whichever of these faults the node has, also those of a process that is gone. Idempotent. */
  heal(): Promise<void>;
}

/** One line of the database's own connection log. */
export interface DatabaseConnection {
  /** RFC 3339 with milliseconds. */
  readonly time: string;
  readonly database: string;
  readonly user: string;
  /** The client address that the database saw. */
  readonly source: string;
  readonly outcome: 'admitted' | 'rejected';
  /** The log line as PostgreSQL wrote it. */
  readonly line: string;
}

export interface DatabaseGrant {
  /** Database name; its owner role has the same name and the password of `password`. */
  readonly database: string;
  readonly password: string;
  /** CIDRs that pg_hba.conf admits for this database; everything else is rejected. */
  readonly admit: readonly string[];
}

/** A real PostgreSQL outside the cluster. */
export interface Database {
  readonly address: string;
  readonly address6?: string;
  readonly port: number;
  readonly version: string;
  /** Creates missing databases and roles, rewrites pg_hba.conf, reloads; connections from elsewhere are rejected. */
  setGrants(grants: readonly DatabaseGrant[]): Promise<void>;
  /** The connections logged since the mark (or since the start), oldest first, and the mark for the next call. */
  connections(since?: number): Promise<{ readonly entries: readonly DatabaseConnection[]; readonly mark: number }>;
}

/** One rule of the firewall between the node LAN and the outside network, first match wins. */
export interface FirewallRule {
  /** Name under which packets are counted and logged, e.g. the application. */
  readonly name: string;
  /** Source CIDR or address. */
  readonly source: string;
  readonly destination?: string;
  /** Destination TCP port. */
  readonly port?: number;
  readonly action: 'accept' | 'drop';
}

export interface FirewallLogEntry {
  readonly time: string;
  readonly rule: string;
  readonly action: 'accept' | 'drop';
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly port: number | null;
}

export interface Firewall {
  /** Replaces all rules in one transaction; `defaultAction` is for new connections that no rule matches. */
  setRules(rules: readonly FirewallRule[], defaultAction: 'accept' | 'drop'): Promise<void>;
  /** New connections per rule name since setRules. */
  counters(): Promise<Readonly<Record<string, { readonly packets: number; readonly bytes: number }>>>;
  /** Logged new connections since the mark, oldest first. */
  log(since?: number): Promise<{ readonly entries: readonly FirewallLogEntry[]; readonly mark: number }>;
}

export const capabilities = [
  'vlan',
  'ipv4',
  'ipv6',
  /** Clusters without IPv4 can be had. */
  'ipv6Only',
  'powerOff',
  'unplug',
  'freeze',
  'stopKubelet',
  /** Commands can be run where the API server is. */
  'controlPlaneHost',
  /** Each node has a clock of its own, which can be set. */
  'nodeClock',
  /** Each node has file systems of its own, which can be filled. */
  'nodeFileSystems',
  'realTimePriority',
  /** Commands and programs can be run on nodes. */
  'nodeHosts',
  /** Other parts of Kubernetes, such as kube-proxy, are pods of kube-system that can be restarted. */
  'systemPods',
  /** The address that a pod gets can be chosen. */
  'podAddresses',
  'router',
  'firewall',
  'database',
] as const;
export type Capability = (typeof capabilities)[number];

export type CapabilityState = { readonly has: true } | { readonly has: false; readonly why: string };

export interface TopologyNode {
  readonly name: string;
  readonly address: string;
  readonly address6?: string;
  readonly podCIDR: string;
  readonly podCIDR6?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The addresses of a testbed, as in the article's figures. Plain fields are of the primary family, IPv4 unless the
 * cluster is IPv6-only; those that end in 6 are what a dual-stack cluster has besides.
 */
export interface Topology {
  readonly name: string;
  readonly nodes: readonly TopologyNode[];
  /** The LAN of the nodes, e.g. 172.16.18.0/24, and the router's address on it. */
  readonly nodeLan: {
    readonly cidr: string;
    readonly router: string;
    readonly controlPlane: string;
    readonly cidr6?: string;
    readonly router6?: string;
    readonly controlPlane6?: string;
  };
  /** The network behind the firewall. */
  readonly outside: {
    readonly cidr: string;
    readonly router: string;
    readonly database: string;
    readonly witness: string;
    readonly cidr6?: string;
    readonly router6?: string;
    readonly database6?: string;
    readonly witness6?: string;
  };
  /** The range all podCIDRs are taken from, e.g. 10.203.0.0/16. */
  readonly podCIDR: string;
  readonly podCIDR6?: string;
  readonly serviceCIDR: string;
  readonly serviceCIDR6?: string;
  /** Free addresses of the node LAN for Egress IPs, first and last inclusive. */
  readonly egressRange: { readonly first: string; readonly last: string };
  readonly egressRange6?: { readonly first: string; readonly last: string };
}

export interface ClusterOptions {
  readonly name: string;
  /**
   * Nodes, their labels and the addresses they should have. Where addresses are not the provider's to choose, the
   * cluster's own topology says what they are.
   */
  readonly topology: Topology;
  /** The state folder; the cluster owns `<stateDir>/clusters/<name>`. */
  readonly stateDir: string;
  /**
   * Programs of the harness that hosts and pods run, by name. The module exports
   * `runSession(session: ProgramSession): Promise<number>` (exit code); see clusters/program.ts.
   */
  readonly programs: Readonly<Record<string, URL>>;
  /** Image names that pods may use: a program's session, or a command line that the pod's args are appended to. */
  readonly images: Readonly<Record<string, { readonly program: string } | { readonly command: readonly string[] }>>;
  /** `caller`: the cluster ends when the process that called `up` does, however it ends. Default `detached`. */
  readonly lifetime?: 'caller' | 'detached';
  /** What could not be brought up is left as it is, for somebody to look at. Default: it is taken down. */
  readonly retain?: boolean;
  readonly signal?: AbortSignal;
  /** Called with a short sentence at each step. */
  readonly progress?: (step: string) => void;
}

export interface Cluster extends AsyncDisposable {
  readonly name: string;
  readonly provider: 'netns' | 'kind' | 'existing';
  readonly topology: Topology;
  /** The cluster's own folder: kubeconfig, logs. */
  readonly dir: string;
  /** Path of a kubeconfig that works from the caller's side. */
  readonly kubeconfig: string;
  /** What pods have to call one of ClusterOptions.images. */
  image(name: string): string;
  readonly nodes: readonly ClusterNode[];
  node(name: string): ClusterNode;
  /**
   * Where what has left the cluster is captured: a host, its interfaces, and for each an address beyond it that is always
   * there.
   */
  readonly wire: {
    readonly host: Host;
    readonly interfaces: readonly { readonly name: string; readonly sentinel: string }[];
  };
  /** Where the API server runs, and its port there. */
  readonly controlPlane: Host & { readonly apiPort: number };
  /** Whether it is ours, and ends with `down`; what is done to another one has to be undone. */
  readonly isOurs: boolean;
  /** The router between node LAN and outside. `lan` and `wan` name its interfaces. */
  readonly router: Host & { readonly interfaces: { readonly lan: string; readonly wan: string } };
  readonly witness: Host;
  readonly database: Database;
  readonly firewall: Firewall;
  readonly capabilities: Readonly<Record<Capability, CapabilityState>>;
  /** What the cluster's own parts have logged, for somebody who looks for a failure: file name to contents. */
  logs(): Promise<Readonly<Record<string, string>>>;
  /** Removes everything the cluster made. Idempotent. */
  down(): Promise<void>;
}

export interface ClusterProvider {
  readonly name: Cluster['provider'];
  /** What its clusters have, made with the options for it. */
  readonly capabilities: Cluster['capabilities'];
  /** Creates a cluster; on failure nothing is left. */
  up(options: ClusterOptions): Promise<Cluster>;
  /**
   * A running cluster that is as `up` would make it and that nobody else uses now; null without one. Where making one is
   * quick there is nothing to look for.
   */
  reusable?(options: ClusterOptions): Promise<Cluster | null>;
  /** A handle on a running cluster; throws ClusterNotFound. */
  attach(name: string, stateDir: string): Promise<Cluster>;
  /** Takes down whatever there is of a cluster, be it half made or broken. Nothing to do is fine. */
  down(name: string, stateDir: string): Promise<void>;
  list(
    stateDir: string,
  ): Promise<readonly { readonly name: string; readonly alive: boolean; readonly createdAt: string }[]>;
}
