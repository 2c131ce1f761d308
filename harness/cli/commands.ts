import { defaultImages } from '../../clusters/kind/images.ts';
import { ipFamilies } from '../../clusters/kind/kind-config.ts';
import { providerNames } from '../../clusters/providers.ts';
import { formats } from '../../reports/formats.ts';
import { compare } from './compare.ts';
import type { CommandContext } from './context.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { failover } from './failover.ts';
import { host } from './host.ts';
import { images as imagesCommand } from './images.ts';
import { list } from './list.ts';
import { report } from './report.ts';
import { selftest } from './selftest.ts';
import { testCommand } from './test.ts';
import { down, up } from './up-down.ts';
import { verifyReportCommand } from './verify-report.ts';

export interface Flag {
  /** As commander writes it, e.g. `--name <name>`. */
  readonly form: string;
  readonly help: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly many?: boolean;
}

export interface CommandDefinition {
  readonly name: string;
  readonly args?: string;
  readonly help: string;
  readonly flags: readonly Flag[];
  readonly run: (context: CommandContext) => Promise<number>;
}

const stateDir: Flag = {
  form: '--state-dir <dir>',
  help: 'where clusters and results are kept (default: .egressproof)',
};
const config: Flag = { form: '--config <file>', help: 'settings file (default: egressproof.yaml, where there is one)' };
const output: Flag = {
  form: '-o, --output <format>',
  help: 'text or json',
  default: 'text',
  choices: ['text', 'json'],
};
const provider: Flag = {
  form: '--provider <name>',
  help: 'where clusters run: embedded (netns, the default), in Docker (kind), or one that exists',
  choices: providerNames,
};
/** Of provider kind. */
const images: readonly Flag[] = [
  { form: '--image <image>', help: 'kind: image of the nodes (default: that of the installed kind)' },
  { form: '--base-image <image>', help: `kind: what our images are built on (default: ${defaultImages.base})` },
  { form: '--database-image <image>', help: `kind: the PostgreSQL outside (default: ${defaultImages.database})` },
];
/** Of provider existing. */
const existing: readonly Flag[] = [
  { form: '--kubeconfig <file>', help: 'existing: how to reach the cluster' },
  { form: '--witness <address>', help: 'existing: the outside host, as pods reach it' },
  { form: '--witness-control <host:port>', help: 'existing: "egressproof host" on it, as this machine reaches it' },
  { form: '--egress-range <first-last>', help: "existing: free addresses of the nodes' network" },
  { form: '--agent-image <image>', help: 'existing: our agent, where the cluster finds it' },
  { form: '--traffic-image <image>', help: 'existing: the programs of the pods' },
  { form: '--service-cidr <cidr>', help: 'existing: the range of Services, where the API server does not tell' },
  { form: '--pod-cidr <cidr>', help: 'existing: the range of pods, where nodes do not tell' },
  { form: '--disruptive', help: 'existing: also cases that disturb what else runs there' },
];
const ipFamily: Flag = { form: '--ip-family <family>', help: 'kind: addresses of the cluster', choices: ipFamilies };
const adapter: Flag = { form: '--adapter <name>', help: 'the implementation under test', choices: ['bundled', 'none'] };
const name: Flag = { form: '--name <name>', help: 'name of the cluster', default: 'egressproof' };

/** Every command and flag, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  {
    name: 'doctor',
    help: 'say whether this machine can run a cluster, and what to do if not',
    flags: [output, provider, ...images, stateDir, config],
    run: doctor,
  },
  {
    name: 'up',
    help: 'bring up a cluster that stays, with the bundled implementation',
    flags: [
      name,
      {
        form: '--topology <name>',
        help: 'egress (figure 4), egress-ipv6 (the same without IPv4) or node-ipam (figures 1-3)',
        default: 'egress',
      },
      { form: '--nodes <n>', help: 'workers of topology egress (default: 3)' },
      { form: '--retain', help: 'leave what could not be brought up, to look at it' },
      adapter,
      provider,
      ...images,
      ipFamily,
      stateDir,
      config,
    ],
    run: up,
  },
  {
    name: 'down',
    help: 'take a cluster down',
    flags: [name, { form: '--all', help: 'every cluster of the state folder' }, stateDir, config],
    run: down,
  },
  {
    name: 'images',
    args: '[action]',
    help: 'what clusters of kind need to be present; "images build" builds ours ahead, "images remove" removes those',
    flags: [output, ...images, stateDir, config],
    run: imagesCommand,
  },
  {
    name: 'list',
    args: '[what]',
    help: 'list cases (the default), features, defects, faults or clusters',
    flags: [output, adapter, stateDir, config],
    run: list,
  },
  {
    name: 'test',
    args: '[ids...]',
    help: 'run the conformance suite, or the cases named',
    flags: [
      { form: '--case <regex>', help: 'cases whose id or title matches; may repeat', many: true },
      { form: '--feature <name>', help: 'cases of a feature; may repeat', many: true },
      { form: '--cluster <name>', help: 'use this running cluster instead of new ones' },
      { form: '--keep <when>', help: 'leave clusters running', choices: ['never', 'on-failure', 'always'] },
      { form: '--repeat <n>', help: 'run each case n times; the worst result counts' },
      { form: '--set <ID.name=number>', help: 'a number of a case, e.g. LIF-03.starts=1000; may repeat', many: true },
      { form: '--concurrency <n>', help: 'cases at a time (default: 4 on netns, 2 elsewhere)' },
      { form: '--fail-fast', help: 'stop at the first case that does not pass' },
      { form: '--report-output <dir>', help: 'folder of the run (default: runs/ID in the state folder)' },
      { form: '-v, --verbose', help: 'show every check' },
      adapter,
      provider,
      ...images,
      ...existing,
      stateDir,
      config,
    ],
    run: testCommand,
  },
  {
    name: 'failover',
    help: 'strike the egress node again and again under traffic, and measure what users see of it',
    flags: [
      {
        form: '--fault <name>',
        help: 'see "list faults" (default: power-cut, unplug, graceful-stop); may repeat',
        many: true,
      },
      { form: '--trials <n>', help: 'of each fault (default: 3; a figure to quote wants 20)' },
      { form: '--control <seconds>', help: 'how long nothing is done first (default: 60)' },
      { form: '--limit <seconds>', help: 'when a trial that did not recover has failed (default: 120)' },
      { form: '--seed <n>', help: 'of the phases of the trials' },
      provider,
      ...images,
      stateDir,
      config,
    ],
    run: failover,
  },
  {
    name: 'report',
    args: '[run]',
    help: 'make the reports of a run anew, of the last one or of the one whose folder or report.json is named',
    flags: [
      { form: '--format <names>', help: `${Object.keys(formats).join(', ')} (default: all); may repeat`, many: true },
      { form: '--into <dir>', help: 'where to (default: the folder of the run)' },
      stateDir,
      config,
    ],
    run: report,
  },
  {
    name: 'compare',
    args: '<before> <after>',
    help: 'what differs between two runs: cases, features, what is declared',
    flags: [
      output,
      { form: '--fail-on <what>', help: 'what is an error (exit code 1)', choices: ['regression'] },
      stateDir,
      config,
    ],
    run: compare,
  },
  {
    name: 'verify-report',
    args: '[run]',
    help: 'whether a report is as it was written, and agrees with what its run recorded',
    flags: [stateDir, config],
    run: verifyReportCommand,
  },
  {
    name: 'host',
    help: 'make this machine the outside host of a cluster that exists: runs the witness for whoever knows the token',
    flags: [
      { form: '--listen <address:port>', help: 'where it can be reached', default: '127.0.0.1:7900' },
      stateDir,
      config,
    ],
    run: host,
  },
  {
    name: 'demo',
    help: "the article's figures with real traffic: the sources that database and firewall see, before and after Egress",
    flags: [{ form: '--keep', help: 'leave the cluster running at the end' }, provider, ...images, stateDir, config],
    run: demo,
  },
  {
    name: 'selftest',
    args: '[ids...]',
    help: 'run cases against seeded defects of the bundled implementation, which they must find, and without any',
    flags: [
      { form: '--case <regex>', help: 'cases whose id or title matches; may repeat', many: true },
      { form: '--defect <name>', help: 'only this defect; may repeat', many: true },
      { form: '--concurrency <n>', help: 'cases at a time on a cluster (default: 3)' },
      { form: '-v, --verbose', help: 'show every check' },
      provider,
      ...images,
      stateDir,
      config,
    ],
    run: selftest,
  },
];
