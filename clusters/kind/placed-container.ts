import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { clusterLabel } from './docker.ts';

export interface Placement {
  readonly network: string;
  /** Absent: any that Docker chooses. */
  readonly address?: { readonly ipv4: string; readonly ipv6?: string };
}

/**
 * A container of a cluster at given addresses of one or more networks. It stays until it is removed by its label: what
 * cleans up after testcontainers would take it down with the process that made it.
 */
export class PlacedContainer extends GenericContainer {
  readonly #others: readonly Placement[];

  constructor(image: string, cluster: string, name: string, placements: readonly [Placement, ...Placement[]]) {
    super(image);
    const [{ network, address }, ...others] = placements;
    this.#others = others;
    this.withName(name)
      .withLabels({ [clusterLabel]: cluster })
      .withNetworkMode(network)
      .withAutoCleanup(false);
    if (address !== undefined) {
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: endpoint(address) } };
    }
  }

  withSysctls(sysctls: Readonly<Record<string, string>>): this {
    this.hostConfig.Sysctls = { ...sysctls };
    return this;
  }

  protected override async containerCreated(containerId: string): Promise<void> {
    const { dockerode } = (await getContainerRuntimeClient()).container;
    for (const { network, address } of this.#others) {
      const config = address === undefined ? {} : { EndpointConfig: endpoint(address) };
      await dockerode.getNetwork(network).connect({ Container: containerId, ...config });
    }
  }
}

const endpoint = ({ ipv4, ipv6 }: NonNullable<Placement['address']>): { IPAMConfig: Record<string, string> } => ({
  IPAMConfig: { IPv4Address: ipv4, ...(ipv6 === undefined ? {} : { IPv6Address: ipv6 }) },
});
