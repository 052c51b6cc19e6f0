/** Ids of a person who is nothing but a number, and the number of an id: nobody keeps ten million of them. */

import { isId, type OpenId, type UnionId } from '../../lib/identifiers.ts'

/** As long as WeChat's. */
const length = 28

export function openidOf(person: number): OpenId {
  return branded(`o${person.toString(36).padStart(length - 1, '0')}`)
}

export function unionidOf(person: number): UnionId {
  return branded(`u${person.toString(36).padStart(length - 1, '0')}`)
}

/** The person of an openid or a unionid. */
export function personOf(id: string): number {
  return Number.parseInt(id.slice(1), 36)
}

function branded(text: string): OpenId & UnionId {
  if (!isId(text)) throw new Error(`${text} is no id`)
  return text
}
