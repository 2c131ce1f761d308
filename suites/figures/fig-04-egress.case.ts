import { defineCase } from '../../harness/case/define-case.ts';
import { databaseSaw, firewallSaw } from '../../harness/check/outside.ts';

const lab = { database: 'lab', user: 'lab', password: 'lab-secret' };
const yelb = { database: 'yelb', user: 'yelb', password: 'yelb-secret' };

export default defineCase({
  id: 'FIG-04',
  title:
    'lab leaves through node 1 as 172.16.18.131 and yelb-app through node 2 as 172.16.18.132, and database and firewall go by that',
  level: 'extended',
  features: ['PinToNode', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'This is what Egress is for: outside, an address is an application.',
  given: {
    lab: { pods: { on: 'everyNode' } },
    'yelb-app': { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 13,
  catches: ['snat-wrong-address', 'tunnel-missing', 'crossed-addresses'],
  exclusive: true,
  needs: ['database', 'firewall'],
  async checks({
    pods,
    egress,
    newAddress,
    topology,
    database,
    databaseDestination,
    firewall,
    onExit,
    check,
    coversAllPlacements,
  }) {
    // The first addresses of the range: 172.16.18.131 and .132, unless the machine has this network for something else.
    const [forLab, forYelb] = [newAddress(1), newAddress(2)];
    const [node1 = '', node2 = ''] = topology.nodes.map(({ name }) => name);
    await database.setGrants([
      { ...lab, admit: [`${forLab}/32`] },
      { ...yelb, admit: [`${forYelb}/32`] },
    ]);
    const labEgress = await egress({ namespace: 'lab' }, { addresses: [forLab], via: node1 });
    const yelbEgress = await egress({ namespace: 'yelb-app' }, { addresses: [forYelb], via: node2 });
    await Promise.all([pods('lab').eventuallyLeaveAs(forLab), pods('yelb-app').eventuallyLeaveAs(forYelb)]);
    await coversAllPlacements(pods('lab'), labEgress);
    await coversAllPlacements(pods('yelb-app'), yelbEgress);

    const { mark } = await database.connections();
    await pods('lab').queryAs(forLab, lab, databaseDestination);
    await pods('yelb-app').queryAs(forYelb, yelb, databaseDestination);
    await pods('yelb-app').refusedBy(lab, databaseDestination);
    await pods('other').refusedBy(lab, databaseDestination);
    const { entries } = await database.connections(mark);
    const sees = { entries, outcome: 'admitted', atLeast: 30 } as const;
    check('the database admits lab by its address', (of) =>
      databaseSaw({ ...sees, database: 'lab', sources: [forLab] }, of),
    );
    check('the database admits yelb-app by its address', (of) =>
      databaseSaw({ ...sees, database: 'yelb', sources: [forYelb] }, of),
    );

    onExit(() => firewall.setRules([], 'accept'));
    await firewall.setRules(
      [
        { name: 'lab', source: forLab, action: 'accept' },
        { name: 'yelb-app', source: forYelb, destination: databaseDestination.host, action: 'drop' },
      ],
      'accept',
    );
    const before = await firewall.log();
    await pods('lab').queryAs(forLab, lab, databaseDestination);
    await pods('yelb-app').cannotReach(databaseDestination, { count: 3 });
    const log = (await firewall.log(before.mark)).entries;
    check('the firewall lets lab through by its address', (of) =>
      firewallSaw({ entries: log, rule: 'lab', action: 'accept', sources: [forLab], atLeast: 30 }, of),
    );
    check('the firewall drops yelb-app by its address', (of) =>
      firewallSaw({ entries: log, rule: 'yelb-app', action: 'drop', sources: [forYelb], atLeast: 9 }, of),
    );
    await pods('other').leaveAs('the address of their node');
  },
});
