/** Which addresses a server behind us may have: nothing that somebody could reach only through our functions. */

import { BlockList, isIP } from 'node:net'

/** `public`: no address inside a network; `private`: also those of one's own networks; `loopback`: also this machine, for the local run. */
export const forwardNetworks = ['public', 'private', 'loopback'] as const
export type ForwardNetwork = (typeof forwardNetworks)[number]

type Range = readonly [address: string, bits: number]

/** Of one's own networks. */
const privateRanges: readonly Range[] = [
  ...([
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['100.64.0.0', 10],
  ] as const),
  ['fc00::', 7],
]
const loopbackRanges: readonly Range[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
]
/** Link-local (with the metadata service of clouds), unspecified, multicast, reserved, for documents, and wrappings of other addresses. */
const neverRanges: readonly Range[] = [
  ...([
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['198.18.0.0', 15],
  ] as const),
  ...([
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const),
  ...([
    ['::', 128],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
    ['2001:db8::', 32],
  ] as const),
  ...([
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['2001::', 32],
    ['2002::', 16],
    ['::ffff:0:0:0', 96],
  ] as const),
  // Of AWS: the metadata service, DNS and time by IPv6.
  ['fd00:ec2::', 32],
]

const never = listOf(neverRanges)
const inside = listOf(privateRanges)
const loopback = listOf(loopbackRanges)

/** Whether an IP address may be called. */
export function isAllowed(address: string, network: ForwardNetwork): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0 || never.check(address, family)) return false
  if (loopback.check(address, family)) return network === 'loopback'
  return network === 'private' || !inside.check(address, family)
}

/** Whether a URL may be called, as far as it says itself: https, and no address that is not allowed. */
export function isCallable({ protocol, hostname }: URL, network: ForwardNetwork): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  const isTls = protocol === 'https:' || network === 'loopback'
  if (/(^|\.)localhost$/i.test(host) && network !== 'loopback') return false
  return isTls && (isIP(host) === 0 || isAllowed(host, network))
}

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const [address, bits] of ranges) list.addSubnet(address, bits, address.includes(':') ? 'ipv6' : 'ipv4')
  return list
}
