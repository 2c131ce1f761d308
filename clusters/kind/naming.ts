/** kind's name of a cluster; also the name of the nodes' network. Names of nodes have to fit in 63 characters. */
export const kindName = (cluster: string): string => `ep-${cluster}`;
export const outsideNetwork = (cluster: string): string => `ep-${cluster}-outside`;
export const hostContainer = (cluster: string, host: 'router' | 'database' | 'witness'): string =>
  `ep-${cluster}-${host}`;
