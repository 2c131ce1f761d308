import { pathToFileURL } from 'node:url';

/** A module given as a URL or a path, as dynamic import wants it. */
export const moduleUrl = (module: string): string => (module.includes('://') ? module : pathToFileURL(module).href);
