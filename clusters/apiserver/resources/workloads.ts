import { equal } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { matchesLabelSelector } from '../selectors/label.ts';
import { invalid, required } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import type { Strategy } from './definition.ts';
import { fill, podSpecDefaults } from './pod-defaults.ts';
import { podSpecFaults } from './pod-validation.ts';

function templateDefaults(object: ApiObject): void {
  object['spec'] ??= {};
  object['status'] ??= {};
  const template = object['spec'].template;
  if (!template) return;
  template.spec ??= {};
  template.metadata = { creationTimestamp: null, ...template.metadata };
  podSpecDefaults(template.spec);
}

/** Faults of selector and template of apps/v1 (k8s.io/kubernetes/pkg/apis/apps/validation). */
function templateFaults(object: ApiObject, old: ApiObject | undefined): FieldError[] {
  const { selector, template } = object['spec'];
  const faults: FieldError[] = [];
  if (!selector) faults.push(required('spec.selector'));
  else if (Object.keys(selector).length === 0)
    faults.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
  else if (!matchesLabelSelector(selector, template?.metadata?.labels)) {
    faults.push(
      invalid(
        'spec.template.metadata.labels',
        template?.metadata?.labels ?? null,
        '`selector` does not match template `labels`',
      ),
    );
  }
  if (old && !equal(old['spec'].selector, selector))
    faults.push(invalid('spec.selector', selector, 'field is immutable'));
  return [...faults, ...podSpecFaults(template?.spec ?? {}, 'spec.template.spec', ['Always'])];
}

const clearStatus = (object: ApiObject): void => {
  object['status'] = {};
};

export const daemonSetStrategy: Strategy = {
  generation: true,
  defaults(set) {
    templateDefaults(set);
    fill(set['spec'], { updateStrategy: { type: 'RollingUpdate' }, revisionHistoryLimit: 10 });
    if (set['spec'].updateStrategy.type === 'RollingUpdate')
      fill((set['spec'].updateStrategy.rollingUpdate ??= {}), { maxUnavailable: 1, maxSurge: 0 });
    fill(set['status'], {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    });
  },
  prepareCreate: clearStatus,
  validate: (set, _context, old) => templateFaults(set, old),
};

export const replicasStrategy: Strategy = {
  generation: true,
  defaults(object) {
    templateDefaults(object);
    fill(object['spec'], { replicas: 1 });
    if (object.kind === 'ReplicaSet') fill(object['status'], { replicas: 0 });
    else {
      fill(object['spec'], { strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
      fill(object['spec'].strategy, { type: 'RollingUpdate' });
      if (object['spec'].strategy.type === 'RollingUpdate')
        fill((object['spec'].strategy.rollingUpdate ??= {}), { maxSurge: '25%', maxUnavailable: '25%' });
    }
  },
  prepareCreate: clearStatus,
  validate(object, _context, old) {
    const { replicas } = object['spec'];
    const faults = templateFaults(object, old);
    if (replicas < 0) faults.push(invalid('spec.replicas', replicas, 'must be greater than or equal to 0'));
    return faults;
  },
};
