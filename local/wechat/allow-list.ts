/** The API IP allow-list (API IP 白名单) of one app (docs/wechat.md 2.3). */
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Allow-list of one app; off until addresses are set. */
export type AllowList = ReturnType<typeof createAllowList>

/** Says what is wrong with an entry, or undefined; only mini programs allow `a.b.c.*`. */
export function problemOfEntry(entry: string, wildcard: boolean): string | undefined {
  if (isIP(entry) > 0) return undefined
  if (wildcard && isIPv4(entry.replace(/\.\*$/, '.0')) && entry.endsWith('.*')) return undefined
  const [address = '', bits = '', ...rest] = entry.split('/')
  const most = isIPv4(address) ? 32 : 128
  const cidr = isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most && rest.length === 0
  return cidr ? undefined : `"${entry}" is neither an address nor a network that this kind of app accepts`
}

/** Creates an allow-list that is off; `businessCalls` says whether it checks calls with an access_token too, once it is on. */
export function createAllowList({ businessCalls }: { businessCalls: boolean }) {
  let allowed: BlockList | undefined

  return {
    /** Entries must have passed `problemOfEntry`; null switches the list off. */
    set: (entries: readonly string[] | null) => {
      allowed = entries === null ? undefined : entries.reduce(addEntry, new BlockList())
    },
    /** Whether calls that carry an access_token are checked too. */
    setBusinessCalls: (on: boolean) => {
      businessCalls = on
    },
    /** Whether any list is set. */
    isOn: () => allowed !== undefined,
    admits: (address: string) => allowed === undefined || allowed.check(address, family(address)),
    admitsBusinessCall: (address: string) =>
      !businessCalls || allowed === undefined || allowed.check(address, family(address)),
  }
}

function addEntry(list: BlockList, entry: string): BlockList {
  const [address = '', bits] = entry.replace(/\.\*$/, '.0/24').split('/')
  if (bits === undefined) list.addAddress(address, family(address))
  else list.addSubnet(address, Number(bits), family(address))
  return list
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}
