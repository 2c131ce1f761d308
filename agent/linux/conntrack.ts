import { AF_INET, AF_INET6 } from './libc.ts';
import { netlinkRequest } from './netlink-request.ts';
import { NETLINK_NETFILTER, NLM_F_ACK, NLM_F_REQUEST, attribute, nfMessage, uint32 } from './netlink.ts';

/** linux/netfilter/nfnetlink_conntrack.h. */
const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = 2;
const CTA_MARK = 8;
const CTA_MARK_MASK = 21;

/**
 * Forgets all connections of both IP versions whose conntrack mark has the bits of `mark` under `mask`: their next packet begins a new
 * entry, with new NAT.
 */
export function forgetConnections(mark: number, mask: number, options: { netns?: string } = {}): void {
  for (const family of [AF_INET, AF_INET6]) forgetOfFamily(family, mark, mask, options);
}

function forgetOfFamily(family: number, mark: number, mask: number, options: { netns?: string }): void {
  const message = nfMessage({
    subsystem: NFNL_SUBSYS_CTNETLINK,
    type: IPCTNL_MSG_CT_DELETE,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    family,
    resource: 0,
    attributes: [attribute(CTA_MARK, uint32(mark)), attribute(CTA_MARK_MASK, uint32(mask))],
  });
  netlinkRequest(NETLINK_NETFILTER, message, `forget the connections with mark 0x${mark.toString(16)}`, options);
}
