/** Now, as Kubernetes writes it: RFC 3339 with seconds. */
export const timestamp = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
