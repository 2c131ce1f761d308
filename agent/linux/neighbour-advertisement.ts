import { ipBytes } from './ip-bytes.ts';

const ETH_P_IPV6 = 0x86dd;
const NEXT_HEADER_ICMPV6 = 58;
/** All nodes of the link, ff02::1, and the MAC address that it goes to (RFC 2464 section 7). */
const allNodes = ipBytes('ff02::1');
const allNodesMac = Buffer.from('333300000001', 'hex');

const ETHERNET_BYTES = 14;
const IPV6_BYTES = 40;
const ICMP_BYTES = 32;

/**
 * An Ethernet frame with an unsolicited neighbour advertisement (RFC 4861 sections 4.4 and 7.2.6) to all nodes: whoever
 * has the address in its cache takes the new MAC address at once (override).
 */
export function neighbourAdvertisement(address: string, mac: Buffer): Buffer {
  const frame = Buffer.alloc(ETHERNET_BYTES + IPV6_BYTES + ICMP_BYTES);
  const target = ipBytes(address);
  allNodesMac.copy(frame, 0);
  mac.copy(frame, 6);
  frame.writeUInt16BE(ETH_P_IPV6, 12);
  const ip = frame.subarray(ETHERNET_BYTES);
  ip.writeUInt8(6 << 4, 0);
  ip.writeUInt16BE(ICMP_BYTES, 4);
  ip.writeUInt8(NEXT_HEADER_ICMPV6, 6);
  ip.writeUInt8(255, 7); // anything else is ignored, for it came through a router
  target.copy(ip, 8);
  allNodes.copy(ip, 24);
  const icmp = ip.subarray(IPV6_BYTES);
  icmp.writeUInt8(136, 0);
  icmp.writeUInt32BE(0x2000_0000, 4); // override
  target.copy(icmp, 8);
  icmp.writeUInt8(2, 24); // option: target link-layer address
  icmp.writeUInt8(1, 25);
  mac.copy(icmp, 26);
  icmp.writeUInt16BE(checksum(ip.subarray(8, IPV6_BYTES), icmp), 2);
  return frame;
}

/** Over the pseudo-header (RFC 8200 section 8.1) and the message. */
function checksum(addresses: Buffer, message: Buffer): number {
  let sum = message.length + NEXT_HEADER_ICMPV6;
  for (const part of [addresses, message])
    for (let offset = 0; offset < part.length; offset += 2) sum += part.readUInt16BE(offset);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
