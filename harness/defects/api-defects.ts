import { egresses, type Egress, type EgressStatus } from '../../agent/api/egress.ts';
import { events } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import { bent } from './bent.ts';
import type { DefectName } from './names.ts';
import { poolDefects } from './pool-defects.ts';

/** Makes what agent and controller read from the API, or write there, wrong in one way. */
export const apiDefects: Readonly<Partial<Record<DefectName, (kube: Kube, program: string) => Kube>>> = {
  ...poolDefects,
  'status-names-another-node': (kube) =>
    withStatus(kube, (status) => (status.egressNode ? { ...status, egressNode: `not-${status.egressNode}` } : status)),
  'status-stale': (kube) =>
    bent(kube, {
      patch: async (resource, name, patch, options) => {
        const { status, ...rest } = patch as { readonly status?: EgressStatus };
        if (resource.kind !== 'Egress' || status?.egressNode === undefined)
          return kube.patch(resource, name, patch, options);
        const before = (await kube.find<Egress>(egresses, name))?.status;
        const kept = before?.egressNode ? { egressNode: before.egressNode, egressIP: before.egressIP ?? '' } : {};
        return kube.patch(resource, name, { ...rest, status: { ...status, ...kept } }, options);
      },
    }),
  'status-claims-unassigned': (kube) =>
    withStatus(kube, (status) => (status.egressNode === '' ? { ...status, egressNode: 'somewhere' } : status)),
  'refusals-unsaid': (kube) =>
    withStatus(kube, (status) => {
      const conditions = status.conditions?.filter((condition) => condition.status !== 'False');
      return conditions === undefined ? status : { ...status, conditions };
    }),
  'events-missing': (kube) => withoutEvents(kube, () => true),
  'failures-untold': (kube) => withoutEvents(kube, (event) => 'type' in event && event.type === 'Warning'),
};

function withoutEvents(kube: Kube, isLost: (event: object) => boolean): Kube {
  return bent(kube, {
    create: (resource, object) =>
      resource.plural === events.plural && isLost(object) ? Promise.resolve(object) : kube.create(resource, object),
  });
}

/** The client, with the status of each Egress written otherwise. */
function withStatus(kube: Kube, rewrite: (status: EgressStatus) => EgressStatus): Kube {
  return bent(kube, {
    patch: (resource, name, patch, options) => {
      const { status, ...rest } = patch as { readonly status?: EgressStatus };
      const isStatus = resource.kind === 'Egress' && status !== undefined;
      return kube.patch(resource, name, isStatus ? { ...rest, status: rewrite(status) } : patch, options);
    },
  });
}
