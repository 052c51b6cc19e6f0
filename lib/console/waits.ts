/** What waits, and why: the events that are not through yet, by their reason. */

import type { ListedDelivery, ListedState } from '../send/delivery.ts'
import type { ConsoleDeps } from './ports.ts'

/** Events with one reason; `newest` and `oldest` are when they began to wait, `nextTryAt` when the first is tried again. */
type WaitGroup = {
  readonly state: ListedState
  readonly reason: string
  readonly template?: string
  readonly count: number
  readonly newest: string
  readonly oldest: string
  readonly nextTryAt?: string
}

const mostPages = 10

/** Groups what waits or is held, the greatest group first; `isAll` unless there are more than were looked at. */
export async function getWaits({ list }: Pick<ConsoleDeps, 'list'>) {
  const found: ListedDelivery[] = []
  let after: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const { deliveries, next } = await list.page({ states: ['waiting', 'parked'], ...(after && { after }) })
    found.push(...deliveries)
    after = next
    if (after === undefined) break
  }
  const groups = [...Map.groupBy(found, it => JSON.stringify([it.state, it.reason, it.template])).values()]
  return {
    groups: groups.flatMap(groupOf).toSorted((one, other) => other.count - one.count),
    isAll: after === undefined,
  }
}

/** As listed, the newest first. */
function groupOf(alike: readonly ListedDelivery[]): WaitGroup[] {
  const [first, last] = [alike[0], alike.at(-1)]
  if (first === undefined || last === undefined) return []
  const { state, reason = '', template } = first
  const [nextTryAt] = alike.flatMap(it => it.nextTryAt ?? []).toSorted()
  return [
    {
      ...{ state, reason, count: alike.length, newest: first.at, oldest: last.at },
      ...(template === undefined ? {} : { template }),
      ...(nextTryAt === undefined ? {} : { nextTryAt }),
    },
  ]
}
