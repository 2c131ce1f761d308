/** The Kubernetes whose behaviour is followed: one minor version beside it, on both sides, is what kubectl supports. */
export const KUBERNETES_VERSION = { major: '1', minor: '32', gitVersion: 'v1.32.4+egressproof' } as const;

export const versionInfo = {
  ...KUBERNETES_VERSION,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const;
