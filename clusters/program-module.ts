import { pathToFileURL } from 'node:url';

/** Environment variable of a program that has to end when its input does. */
export const endsWithInput = 'EGRESSPROOF_ENDS_WITH_INPUT';

/** A module given as a URL or a path, as dynamic import wants it. */
export const moduleUrl = (module: string): string => (module.includes('://') ? module : pathToFileURL(module).href);
