import { expect, test } from 'vitest';
import { connectKube } from '../../agent/kube/client.ts';
import { namespaces } from '../../agent/kube/object.ts';
import { serviceContract } from '../api-services.contract.ts';
import { apiContract } from '../api.contract.ts';
import { providerContract } from '../provider.contract.ts';
import { netnsProvider } from './provider.ts';

const limits = { up: 30_000, pod: 5_000, nodeLost: 15_000, nodeBack: 10_000 };
const contract = providerContract(netnsProvider, { limits });
apiContract(() => contract.cluster.kubeconfig);
serviceContract(() => contract.cluster.kubeconfig);

test('a host outside by its name', async () => {
  const { address } = contract.cluster.node('node-1');
  expect(await contract.dial('caller', 'witness.example.test 9000')).toBe(address);
});

test('two clusters side by side do not see each other', async () => {
  const other = await netnsProvider.up({ ...contract.options, name: 'two' });
  try {
    expect((await netnsProvider.list(contract.stateDir)).map((one) => one.name).sort()).toEqual(['one', 'two']);
    const second = await connectKube({ kubeconfig: other.kubeconfig });
    expect(await second.find(namespaces, 'shop')).toBeNull();
    second.close();
    await other.database.setGrants([{ database: 'lab', password: 'x', admit: [] }]);
    expect((await contract.cluster.database.connections()).entries).toEqual([]);
  } finally {
    await other.down();
  }
  expect(await contract.dial('caller', `${contract.address('server-1')} 8080`)).toBe(contract.address('caller'));
}, 30_000);
