import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { PlatformError } from '@sextant/contracts'

/** Which hosts may be fetched from. */
export interface HostPolicy {
  /**
   * Addresses of the host, all of them allowed.
   * @throws {PlatformError} camera.forbidden, camera.unreachable when the name does not resolve
   */
  resolve(hostname: string): Promise<readonly { readonly address: string; readonly family: number }[]>
}

/** Loopback and the private ranges; link-local is left out: cloud machines serve credentials there. */
const PRIVATE = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fc00::/7']

/**
 * @param entries  `private`, `*` (any host), host names, addresses, or ranges such as `192.168.7.0/24`
 * @throws {RangeError} an entry that is none of these
 */
export function createHostPolicy(entries: readonly string[]): HostPolicy {
  const names = new Set<string>()
  const allowed = new BlockList()
  let isOpen = false
  for (const entry of entries.flatMap((item) => (item === 'private' ? PRIVATE : [item]))) {
    if (entry === '*') isOpen = true
    else if (!addRange(allowed, entry)) names.add(entry.toLowerCase())
  }
  return {
    async resolve(hostname) {
      const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
      const family = isIP(host)
      const addresses = family === 0 ? await resolveName(host) : [{ address: host, family }]
      const isAllowed =
        isOpen ||
        names.has(host) ||
        addresses.every((item) => allowed.check(plainAddress(item.address), familyName(plainAddress(item.address))))
      if (isAllowed) return addresses
      throw new PlatformError('camera.forbidden', {
        detail: `camera host ${host} is not allowed; add it to RSS_ALLOWED_HOSTS (default: loopback and private ranges)`,
      })
    },
  }
}

function addRange(list: BlockList, entry: string): boolean {
  const [address = '', prefix] = entry.split('/')
  const family = isIP(address)
  if (family === 0) {
    if (prefix === undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry)) return false
    throw new RangeError(`${entry} is neither a host name, an address nor a range`)
  }
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix)
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  return true
}

/** IPv4 inside IPv6 (::ffff:10.0.0.1) is judged as IPv4. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? address
}

const familyName = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

async function resolveName(host: string): Promise<{ address: string; family: number }[]> {
  try {
    return await lookup(host, { all: true })
  } catch (cause) {
    throw new PlatformError('camera.unreachable', { detail: `the camera host ${host} cannot be resolved`, cause })
  }
}
