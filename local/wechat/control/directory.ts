/** The list of people, searched and paged: there may be millions. */
import type { Box } from '../box.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { officialNamed } from './which-app.ts'

const longestSearch = 128
const mostPeople = 200
const usualPeople = 50

/** The route of the list. */
export const directoryRoutes: readonly ControlRoute[] = [{ method: 'GET', path: '/people/list', run: list }]

/** The latest people first; `offset` skips that many. */
function list({ box, query }: ControlCall) {
  const account = officialNamed(box, query.get('app') ?? undefined)
  const offset = wholeNumber(query, 'offset', { usual: 0, most: 999_999_999 })
  const limit = wholeNumber(query, 'limit', { usual: usualPeople, most: mostPeople })
  const search = (query.get('search') ?? '').trim().slice(0, longestSearch)
  const found = search === '' ? undefined : findPeople(box, search)
  const total = found?.length ?? box.people.size()
  const people = found?.slice(offset, offset + limit) ?? latest(box.people.size(), offset, limit)
  return {
    total,
    people: people.map(id => ({
      id,
      name: box.profiles.get(id).name,
      following: account.followers.isFollowing(id),
      blocking: account.marks.get(id).blocking,
    })),
  }
}

/** By a whole id of any app, by number, or by a part of the name. */
function findPeople(box: Box, search: string): number[] {
  const byId = box.apps.all().flatMap(({ ids }) => [ids.byOpenid(search), ids.byUnionid(search)])
  const number = /^\d{1,9}$/.test(search) && Number(search) < box.people.size() ? Number(search) : undefined
  const exact = [...byId, number].filter(person => person !== undefined)
  return [...new Set([...exact, ...box.profiles.named(search)])]
}

function latest(size: number, offset: number, limit: number): number[] {
  const count = Math.max(0, Math.min(limit, size - offset))
  return Array.from({ length: count }, (_, at) => size - 1 - offset - at)
}

function wholeNumber(query: URLSearchParams, name: string, { usual, most }: { usual: number; most: number }): number {
  const text = query.get(name) ?? String(usual)
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text)
  throw new ControlError(`"${name}" must be a whole number up to ${most}`)
}
