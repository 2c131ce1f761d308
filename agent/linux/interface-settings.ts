import { AF_INET, interfaceIndex } from './libc.ts';
import { netlinkRequest } from './netlink-request.ts';
import { HEADER_BYTES, NETLINK_ROUTE, NLM_F_ACK, NLM_F_REQUEST, attribute } from './netlink.ts';
import { inNetnsOrHere } from './netns.ts';

/** linux/rtnetlink.h, linux/if_link.h and linux/ip.h. */
const RTM_SETLINK = 19;
const IFLA_AF_SPEC = 26;
const IFLA_INET_CONF = 1;
const IPV4_DEVCONF_FORWARDING = 1;
const IPV4_DEVCONF_RP_FILTER = 8;
/** Length of struct ifinfomsg. */
const IFINFO_BYTES = 16;

/** As net.ipv4.conf.IFACE.rp_filter has them (Documentation/networking/ip-sysctl). The larger of this and `all` is in force. */
export type ReversePathFilter = 'off' | 'strict' | 'loose';
const values: Readonly<Record<ReversePathFilter, number>> = { off: 0, strict: 1, loose: 2 };

interface NetnsOptions {
  readonly netns?: string;
}

/** Sets an interface's reverse path filter. */
export function setReversePathFilter(iface: string, mode: ReversePathFilter, options: NetnsOptions = {}): void {
  const what = `set the reverse path filter of ${iface} to ${mode}`;
  setInterface(iface, IPV4_DEVCONF_RP_FILTER, values[mode], what, options);
}

/** Lets what arrives at an interface be forwarded, as net.ipv4.conf.IFACE.forwarding does. */
export function enableForwarding(iface: string, options: NetnsOptions = {}): void {
  setInterface(iface, IPV4_DEVCONF_FORWARDING, 1, `let ${iface} forward`, options);
}

/** Through netlink: /proc/sys is read-only in containers without privileges. */
function setInterface(iface: string, key: number, value: number, what: string, options: NetnsOptions): void {
  const setting = Buffer.alloc(4);
  setting.writeUInt32LE(value);
  const nested = attribute(IFLA_INET_CONF, attribute(key, setting));
  const spec = attribute(IFLA_AF_SPEC, attribute(AF_INET, nested));
  const message = Buffer.alloc(HEADER_BYTES + IFINFO_BYTES + spec.length);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(RTM_SETLINK, 4);
  message.writeUInt16LE(NLM_F_REQUEST | NLM_F_ACK, 6);
  message.writeInt32LE(
    inNetnsOrHere(options.netns, () => interfaceIndex(iface)),
    HEADER_BYTES + 4,
  );
  spec.copy(message, HEADER_BYTES + IFINFO_BYTES);
  netlinkRequest(NETLINK_ROUTE, message, what, options);
}
