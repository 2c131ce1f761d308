import type { FeatureResult, RunResult } from '../model/run-result.ts';

/** What matters first. */
const statuses = ['failed', 'not proven', 'proven', 'not declared'] as const;

/** A line for each profile and status: `Selection  proven  PodSelector, SharedIP`. A part of a run tells of its features only. */
export function featureTable({ run, features }: Pick<RunResult, 'run' | 'features'>): string[][] {
  const told = features.filter((feature) => run.complete || casesOf(feature) > 0);
  return [...Map.groupBy(told, ({ profile }) => profile)].flatMap(([profile, members]) =>
    statuses.flatMap((status) => {
      const those = members.filter((feature) => feature.status === status);
      return those.length === 0 ? [] : [[profile, status, those.map(describeFeature).join(', ')]];
    }),
  );
}

const casesOf = ({ passed, failed, open, skipped }: FeatureResult): number => passed + failed + open + skipped;

/** Its name; where it is not simply so, why. */
function describeFeature(feature: FeatureResult): string {
  const { name, status, failed, open, skipped } = feature;
  const all = casesOf(feature);
  if (status === 'failed') return `${name} (${failed} of ${all} failed)`;
  if (status === 'not proven')
    return `${name} (${all === 0 ? 'no case' : open > 0 ? `${open} of ${all} without a verdict` : 'all skipped'})`;
  return status === 'proven' && skipped > 0 ? `${name} (${skipped} of ${all} skipped)` : name;
}
