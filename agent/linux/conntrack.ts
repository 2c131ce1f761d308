import { AF_INET, AF_NETLINK, SOCK_RAW, bind, close, receive, sendto, socket } from './libc.ts';
import {
  HEADER_BYTES,
  NETLINK_NETFILTER,
  NLM_F_ACK,
  NLM_F_REQUEST,
  attribute,
  kernelAddress,
  nfMessage,
  uint32,
} from './netlink.ts';
import { inNetnsOrHere } from './netns.ts';

/** linux/netfilter/nfnetlink_conntrack.h. */
const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = 2;
const CTA_MARK = 8;
const CTA_MARK_MASK = 21;
const NLMSG_ERROR = 2;

/**
 * Forgets all IPv4 connections whose conntrack mark has the bits of `mark` under `mask`: their next packet begins a new
 * entry, with new NAT. The kernel does it before it answers, so that it is done when this returns.
 */
export function forgetConnections(mark: number, mask: number, options: { netns?: string } = {}): void {
  inNetnsOrHere(options.netns, () => {
    const fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    try {
      bind(fd, kernelAddress());
      const message = nfMessage({
        subsystem: NFNL_SUBSYS_CTNETLINK,
        type: IPCTNL_MSG_CT_DELETE,
        flags: NLM_F_REQUEST | NLM_F_ACK,
        family: AF_INET,
        resource: 0,
        attributes: [attribute(CTA_MARK, uint32(mark)), attribute(CTA_MARK_MASK, uint32(mask))],
      });
      sendto(fd, message, kernelAddress());
      const answer = Buffer.alloc(1_024);
      const length = receive(fd, answer) ?? 0;
      const error =
        length >= HEADER_BYTES + 4 && answer.readUInt16LE(4) === NLMSG_ERROR ? answer.readInt32LE(HEADER_BYTES) : -1;
      if (error !== 0)
        throw new Error(`the kernel did not forget the connections with mark 0x${mark.toString(16)}: errno ${-error}`);
    } finally {
      close(fd);
    }
  });
}
