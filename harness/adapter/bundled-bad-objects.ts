import type { KubeObject } from '../../agent/kube/object.ts';
import type { BadInput, BadKind } from './bad-input.ts';

const apiVersion = 'crd.antrea.io/v1beta1';

/** Of the names of objects (RFC 1123 subdomain) and of the values of labels. */
const longest = { name: 253, label: 63 } as const;
/** Of all annotations of an object, bytes. */
const mostAnnotations = 256 * 1024;
/** Of addresses of an Egress. */
const mostAddresses = 16;

/** What is not given in objects of the implementation's own. */
type Written = Omit<BadInput, 'kind'> & { readonly kind: Exclude<BadKind, 'nodeLimit'> };

/** The objects of wrong input, to be applied one after the other. */
export function badObjects({ kind, text }: Written, name: string, appliedTo: object): KubeObject[] {
  const egress = (spec: object, metadata: object = {}): KubeObject => ({
    apiVersion,
    kind: 'Egress',
    metadata: { name, ...metadata },
    ...{ spec },
  });
  const pool = (...ipRanges: object[]): KubeObject => ({
    apiVersion,
    kind: 'ExternalIPPool',
    metadata: { name },
    ...{ spec: { ipRanges, nodeSelector: {} } },
  });
  const fromPool = { appliedTo, externalIPPool: name };
  const fixed = { appliedTo, egressIP: '192.0.2.1' };
  switch (kind) {
    case 'malformedAddress':
    case 'unusableAddress':
      return [egress({ appliedTo, egressIP: text })];
    case 'nodeAddress':
    case 'podAddress':
    case 'serviceAddress':
      return [pool({ start: text, end: text }), egress({ ...fromPool, egressIP: text })];
    case 'malformedRange':
    case 'overlappingRange':
      return [pool(rangeOf(text)), egress(fromPool)];
    case 'missingSelection':
      return [egress({ egressIP: '192.0.2.1', ...(text === 'null' ? { appliedTo: null } : {}) })];
    case 'impossibleSelector':
      return [egress({ ...fixed, appliedTo: { podSelector: JSON.parse(text) as object } })];
    case 'missingAddress':
      return [egress({ appliedTo })];
    case 'contradiction':
      return [egress({ ...fixed, egressIPs: ['192.0.2.2'] })];
    case 'unknownField':
      return [egress({ ...fixed, [text]: 'x' })];
    case 'missingPool':
      return [egress({ appliedTo, externalIPPool: `${name}-${text}` })];
    case 'tooLarge':
      return [egress(...tooLarge(text, appliedTo))];
    case 'immutableField': {
      const steps = text.split(' > ').map((ranges) => ranges.split(',').map(rangeOf));
      return steps.map((ranges) => pool(...ranges));
    }
  }
}

/** Spec and metadata of an Egress, one more than the API can hold. */
function tooLarge(what: string, appliedTo: object): [object, object?] {
  const spec = { appliedTo, egressIP: '192.0.2.1' };
  switch (what) {
    case 'name':
      return [spec, { name: 'n'.repeat(longest.name + 1) }];
    case 'label':
      return [spec, { labels: { app: 'v'.repeat(longest.label + 1) } }];
    case 'annotations':
      return [spec, { annotations: { note: 'x'.repeat(mostAnnotations + 1) } }];
    case 'pool name':
      return [{ appliedTo, externalIPPools: ['n'.repeat(longest.name + 1)] }];
    case 'addresses':
      return [{ appliedTo, egressIPs: Array.from({ length: mostAddresses + 1 }, (_, at) => `192.0.2.${at + 1}`) }];
    default:
      throw new Error(`nothing is known of an Egress that is too large for its ${what}`);
  }
}

function rangeOf(text: string): object {
  if (text.includes('/')) return { cidr: text };
  const [start = '', end = ''] = text.split('-');
  return { start, end };
}
