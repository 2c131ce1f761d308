/** The harness's programs, by the names of their executables in an image. */
export const trafficProgram = 'egressproof-traffic';
export const witnessProgram = 'egressproof-witness';
export const captureProgram = 'egressproof-capture';

/** As ClusterOptions.programs wants them. */
export const programs: Readonly<Record<string, URL>> = {
  [trafficProgram]: new URL('./client.ts', import.meta.url),
  [witnessProgram]: new URL('./witness.ts', import.meta.url),
  [captureProgram]: new URL('./capture.ts', import.meta.url),
};

/** The image of a pod that makes traffic; the command of an exec session in it. */
export const trafficImage = 'egressproof/traffic';
export const trafficCommand: readonly string[] = [trafficProgram, 'commands'];
