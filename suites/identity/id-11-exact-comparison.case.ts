import { defineCase } from '../../harness/case/define-case.ts';
import { sameAddress } from '../../harness/check/address.ts';
import { passed, failed } from '../../harness/check/violations.ts';

/** Pairs that a comparison of texts takes for each other, or for different. */
const different = [
  ['1.1.1.1', '11.1.1.1'],
  ['1.1.1.1', '1.1.1.10'],
  ['172.16.18.13', '172.16.18.131'],
  ['fd00::1', 'fd00::11'],
] as const;
const same = [
  ['fd00::1', 'fd00:0:0:0:0:0:0:1'],
  ['::ffff:172.16.18.131', '172.16.18.131'],
] as const;

export default defineCase({
  id: 'ID-11',
  title: 'addresses are compared exactly: 1.1.1.1 is not 11.1.1.1',
  level: 'core',
  features: ['NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: "A peer's suite looked for the address as a part of the answer, and so took 11.1.1.1 for 1.1.1.1.",
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['snat-wrong-address'],
  async checks({ pods, egress, check, coversAllPlacements }) {
    check('the bench tells addresses apart', ({ name }) => {
      const wrong = [
        ...different.filter(([a, b]) => sameAddress(a, b)),
        ...same.filter(([a, b]) => !sameAddress(a, b)),
      ].map((pair) => pair.join(' and '));
      if (wrong.length === 0) return passed(name, `${different.length + same.length} pairs`);
      return failed(name, `taken for each other, or not recognised: ${wrong.join('; ')}`, []);
    });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
