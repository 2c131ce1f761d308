import { defineCase } from '../../harness/case/define-case.ts';
import { pathMtuWithin } from '../../harness/check/path.ts';

const bottleneck = 1300;

export default defineCase({
  id: 'PROTO-06',
  title:
    'behind a bottleneck of 1,300 bytes transfers complete, for the router’s "fragmentation needed" reaches the pod',
  level: 'extended',
  features: ['ICMPErrors', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'The error is sent to the Egress IP: where it is lost, connections stand but large answers never come.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  needs: ['router'],
  plan: 5,
  catches: ['icmp-errors-lost'],
  async checks({ pods, egress, outside, check, witnessAddress, portOf, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await outside.narrow(x.address, bottleneck);
    await pods('shop').leaveAs(x.address, { bytes: 256 * 1024, count: 1, timeoutMs: 10_000 });
    const learn = (name: string) =>
      Promise.all(
        pods(name).members.map(async (pod) => {
          const witness = { name: 'witness', host: witnessAddress, port: portOf(pod.facts) };
          return { pod: pod.facts, bytes: await pod.pathMtu(witness, 1400, 3_000) };
        }),
      );
    const learned = await learn('shop');
    check(`pods of shop know a path MTU of ${bottleneck} bytes`, (context) =>
      pathMtuWithin({ learned, min: bottleneck, max: bottleneck }, context),
    );
    await pods('other').leaveAs('the address of their node', { bytes: 256 * 1024, count: 1 });
    const unselected = await learn('other');
    check('pods of other know a larger one', (context) =>
      pathMtuWithin({ learned: unselected, min: bottleneck + 1, max: 65_535 }, context),
    );
  },
});
