/** The addresses of people, where each leads to rows of its own. */

import type { Address } from '../identifiers.ts'

/** Of these, each once, the ones that none of those is. */
export function subtract(ids: readonly Address[], known: readonly Address[]): Address[] {
  const names = new Set(known.map(nameOf))
  return ids.filter(it => {
    const name = nameOf(it)
    if (names.has(name)) return false
    names.add(name)
    return true
  })
}

function nameOf(address: Address): string {
  if ('official' in address) return `${address.official} ${address.openid}`
  return 'mini' in address ? `${address.mini} ${address.miniOpenid}` : address.unionid
}
