/** Tells a business system whether a person can be reached, and what would change it. */

import { RequestError } from '../errors.ts'
import { type Address, isId } from '../identifiers.ts'
import { hintOf, type Reach, reachOf, readable } from './link.ts'
import type { LinkStore } from './ports.ts'

export type ReachAnswer = { readonly reach: Reach; readonly hint?: string }
export type ReachDeps = { readonly links: Pick<LinkStore, 'resolve'> }

/** Reads the query: exactly one of unionid, miniOpenid, openid; throws RequestError `address-invalid`. */
export function parseAddress(query: Readonly<Record<string, string | undefined>>): Address {
  const [[name, id] = [], ...others] = Object.entries(query)
  if (others.length === 0 && isId(id)) {
    if (name === 'unionid') return { unionid: id }
    if (name === 'miniOpenid') return { miniOpenid: id }
    if (name === 'openid') return { openid: id }
  }
  throw new RequestError('address-invalid', 400, 'Ask with exactly one of ?unionid=, ?miniOpenid= and ?openid=.')
}

/** Looks one person up; throws where what is stored of them cannot be read. */
export async function getReach(address: Address, { links }: ReachDeps): Promise<ReachAnswer> {
  const [person] = await links.resolve([address])
  const reach = reachOf(address, readable(person))
  const hint = hintOf(reach)
  return { reach, ...(hint === undefined ? {} : { hint }) }
}
