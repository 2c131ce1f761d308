/** `host:port` as it is written: the host of an IPv6 address in brackets (RFC 3986, section 3.2.2). */
export function endpoint({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
