/** 2 and 3 may be tried again; 1 and 64 will come out the same. 64 and 70 are those of sysexits(3). */
export const exitCodes = {
  passed: 0,
  failed: 1,
  inconclusive: 2,
  testbedFailed: 3,
  usage: 64,
  internal: 70,
  interrupted: 130,
} as const;

/** The command line or the configuration file is wrong; the message says what and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The place to run could not be set up, or was lost: no verdict on anything that runs there. */
export class TestbedError extends Error {
  override readonly name = 'TestbedError';
}
