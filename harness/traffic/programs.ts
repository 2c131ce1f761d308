/** The harness's programs by name, as ClusterOptions.programs wants them. */
export const programs: Readonly<Record<string, URL>> = {
  traffic: new URL('./client.ts', import.meta.url),
  witness: new URL('./witness.ts', import.meta.url),
  capture: new URL('./capture.ts', import.meta.url),
};

/** The image of a pod that makes traffic; the command of an exec session in it. */
export const trafficImage = 'egressproof/traffic';
export const trafficCommand: readonly string[] = ['egressproof-traffic', 'commands'];
