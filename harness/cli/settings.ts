import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { defaultImages } from '../../clusters/kind/images.ts';
import type { ForeignImages } from '../../clusters/kind/images.ts';
import { ipFamilies } from '../../clusters/kind/kind-config.ts';
import { providerNames, providerOf } from '../../clusters/providers.ts';
import type { ClusterProvider } from '../../clusters/cluster.ts';
import { agentImage as agentImageName } from '../../agent/api/install.ts';
import { addressRange } from '../../agent/base/ip-range.ts';
import type { ExistingOptions } from '../../clusters/existing/provider.ts';
import { trafficImage } from '../traffic/programs.ts';
import { UsageError } from './exit-codes.ts';
import { didYouMean } from './suggest.ts';

const settingsFile = 'egressproof.yaml';

/** What can be set by a flag, by the file, or by the environment for the state folder. Flag > environment > file > default. */
const schema = z.strictObject({
  stateDir: z.string().min(1).default('.egressproof'),
  provider: z.enum(providerNames).default('netns'),
  /** Of provider kind: the image of its nodes; absent: the default of the installed kind. */
  image: z.string().min(1).optional(),
  baseImage: z.string().min(1).default(defaultImages.base),
  databaseImage: z.string().min(1).default(defaultImages.database),
  ipFamily: z.enum(ipFamilies).default('dual'),
  /** Of provider existing. */
  kubeconfig: z.string().min(1).optional(),
  witness: z.ipv4().optional(),
  witnessControl: z
    .string()
    .regex(/^.+:\d+$/, 'must be HOST:PORT')
    .optional(),
  hostToken: z.string().min(1).optional(),
  egressRange: z.string().optional(),
  agentImage: z.string().min(1).optional(),
  trafficImage: z.string().min(1).optional(),
  serviceCidr: z.cidrv4().optional(),
  podCidr: z.cidrv4().optional(),
  disruptive: z.boolean().default(false),
  adapter: z.enum(['bundled', 'none']).default('bundled'),
  /** A bare --keep means always. */
  keep: z
    .preprocess((value) => (value === true ? 'always' : value), z.enum(['never', 'on-failure', 'always']))
    .default('never'),
  repeat: z.coerce.number().int().min(1).max(1000).default(1),
  concurrency: z.coerce.number().int().min(1).max(16).optional(),
  failFast: z.boolean().default(false),
  verbose: z.boolean().default(false),
  seed: z.coerce.number().int().min(0).default(0),
});

/** Environment variables and the settings that they stand for. */
const variables: Readonly<Record<string, string>> = {
  EGRESSPROOF_STATE_DIR: 'stateDir',
  EGRESSPROOF_KIND_IMAGE: 'image',
  EGRESSPROOF_BASE_IMAGE: 'baseImage',
  EGRESSPROOF_DATABASE_IMAGE: 'databaseImage',
  EGRESSPROOF_HOST_TOKEN: 'hostToken',
};

export type Settings = z.infer<typeof schema>;

/** The provider that the settings ask for. */
export function providerFrom(settings: Settings): ClusterProvider {
  const kind = { images: foreignImages(settings), ipFamily: settings.ipFamily };
  return providerOf(
    settings.provider,
    settings.provider === 'existing' ? { existing: existingFrom(settings) } : { kind },
  );
}

/** What has to be said of a cluster that exists. @throws UsageError naming what is missing */
function existingFrom(settings: Settings): ExistingOptions {
  const needed = [
    'kubeconfig',
    'witness',
    'witnessControl',
    'hostToken',
    'egressRange',
    'agentImage',
    'trafficImage',
  ] as const;
  const values = needed.map((key) => settings[key] ?? '');
  const missing = needed.filter((_, index) => values[index] === '');
  if (missing.length > 0)
    throw new UsageError(
      `--provider existing needs ${missing.map((key) => flagNames[key]).join(', ')}; see "egressproof test --help"`,
    );
  const [kubeconfig = '', address = '', control = '', token = '', range = '', agent = '', traffic = ''] = values;
  const [first = '', last = ''] = range.split('-');
  if (addressRange(first, last) === null)
    throw new UsageError(`--egress-range ${range}: give the first and the last address, such as 192.0.2.10-192.0.2.29`);
  const { serviceCidr, podCidr } = settings;
  return {
    kubeconfig,
    witness: { address, control, token },
    egressRange: { first, last },
    images: { [agentImageName]: agent, [trafficImage]: traffic },
    ...(serviceCidr === undefined ? {} : { serviceCIDR: serviceCidr }),
    ...(podCidr === undefined ? {} : { podCIDR: podCidr }),
  };
}

const flagNames = {
  kubeconfig: '--kubeconfig',
  witness: '--witness',
  witnessControl: '--witness-control',
  hostToken: 'EGRESSPROOF_HOST_TOKEN',
  egressRange: '--egress-range',
  agentImage: '--agent-image',
  trafficImage: '--traffic-image',
} as const;

/** The images of provider kind that are not ours. */
export function foreignImages({ image, baseImage, databaseImage }: Settings): ForeignImages {
  return { node: image ?? null, base: baseImage, database: databaseImage };
}

const keys = Object.keys(schema.shape);

/** @throws UsageError naming the key, what is allowed, and the key that was probably meant. */
export async function readSettings(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const explicit = typeof flags['config'] === 'string' ? flags['config'] : undefined;
  const fromFile = await readSettingsFile(explicit ?? settingsFile, explicit !== undefined);
  const fromEnvironment = Object.fromEntries(
    Object.entries(variables).flatMap(([name, key]) => (environment[name] ? [[key, environment[name]]] : [])),
  );
  const fromFlags = Object.fromEntries(
    Object.entries(flags).filter(([key, value]) => keys.includes(key) && value !== undefined),
  );
  return check({ ...fromFile, ...fromEnvironment, ...fromFlags }, 'the configuration');
}

async function readSettingsFile(path: string, isWanted: boolean): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !isWanted) return '';
    throw new UsageError(`reading the configuration file ${path} failed: ${error.message}`);
  });
  let contents: unknown;
  try {
    contents = parse(text) ?? {};
  } catch (error) {
    throw new UsageError(`${path} is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof contents !== 'object' || contents === null || Array.isArray(contents)) {
    throw new UsageError(`${path} must have keys and values, such as "keep: on-failure"`);
  }
  check(contents, path);
  return contents as Record<string, unknown>;
}

function check(value: object, where: string): Settings {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `unknown key ${key}${didYouMean(key, keys)}; keys: ${keys.join(', ')}`)
      : [`${issue.path.join('.')}: ${issue.message}`],
  );
  throw new UsageError(`${where}: ${problems.join('; ')}`);
}
