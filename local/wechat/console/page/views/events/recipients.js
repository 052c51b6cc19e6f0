/** People of the box to send to; where there is no box, an id is entered. */
import { call, useData } from '../../api.js'
import { parts } from '../../parts.js'

const offered = 50
const hasBox = parts.includes('box')

/** All ids of a person of the box. */
export const idsOf = id => call(`/people/${encodeURIComponent(id)}`)

/** The latest people, and one of them whom a message reaches, if there is one; `isKnown` once that is read. */
export function useSomebody() {
  const { data, error } = useData(hasBox ? `/people/list?limit=${offered}` : undefined, ['people'])
  const people = data?.people ?? []
  const { id } = people.find(it => it.following) ?? people[0] ?? {}
  const { data: person } = useData(id === undefined ? undefined : `/people/${id}`, [])
  const isRead = data !== undefined && (id === undefined || person !== undefined)
  return { people, person, isKnown: !hasBox || error !== undefined || isRead }
}
