import type { Topology } from '../cluster.ts';
import type { ClusterRecord } from '../state.ts';
import type { ForeignImages, ImageReferences } from './images.ts';
import type { IpFamily } from './kind-config.ts';
import type { Networks } from './networks.ts';

/** What is kept about a kind cluster, in its folder. Written when its networks are there, complete when it is up. */
export interface KindRecord extends ClusterRecord {
  readonly provider: 'kind';
  /** As it was asked for; what came of it is learnt from Docker and the API server each time. */
  readonly wished: Topology;
  readonly ipFamily: IpFamily;
  readonly networks: Networks;
  readonly images: ImageReferences;
  /** Images of others that it was made with. */
  readonly foreign: ForeignImages;
  /** The image of ours that has the harness's programs. */
  readonly programImage: string;
  readonly programs: readonly string[];
  readonly databasePassword: string;
}
