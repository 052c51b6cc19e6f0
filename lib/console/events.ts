/** Lists events: all that were seen where somebody looked on, else those that are not simply delivered. */

import type { ListedDelivery } from '../send/delivery.ts'
import { listDeliveries, parseListing } from '../send/list-deliveries.ts'
import { findTemplate } from '../send/template-list.ts'
import type { ConsoleDeps, SeenEvent } from './ports.ts'

const pageSize = 50

type Deps = Pick<ConsoleDeps, 'list' | 'apps' | 'history' | 'templates'>
type Query = Readonly<Record<string, string | undefined>>
/** `next` is what `?next=` takes for the page after this one. */
export type ShownEvents = {
  readonly events: readonly (SeenEvent | Omit<ListedDelivery, 'official'>)[]
  readonly next?: string
}

/** Lists a page by state, template, account and a part of the id, the newest first; throws RequestError. */
export async function getEvents({ from, id, ...query }: Query, deps: Deps): Promise<ShownEvents> {
  if (deps.history !== undefined) return seenEvents({ from, id, ...query }, deps.history.events(), deps)
  const { deliveries, next } = await listDeliveries(parseListing(query), deps)
  const isWanted = (it: { from?: string; id?: string }) =>
    (from === undefined || it.from === from) && (id === undefined || it.id?.includes(id))
  return { events: deliveries.filter(isWanted), ...(next === undefined ? {} : { next }) }
}

function seenEvents(query: Query, events: readonly SeenEvent[], deps: Deps): ShownEvents {
  const { state, template, from, id, next = '0' } = query
  const states = state?.split(',')
  const named = events.map(it => withName(it, deps))
  const found = named.filter(
    it =>
      (states?.includes(it.state) ?? true) &&
      (template === undefined || it.template === template) &&
      (from === undefined || it.from === from) &&
      (id === undefined || it.id.includes(id)),
  )
  const start = /^\d{1,6}$/.test(next) ? Number(next) : 0
  const end = start + pageSize
  return { events: found.slice(start, end), ...(end < found.length ? { next: `${end}` } : {}) }
}

/** The project's name of a template that the event names by WeChat's id. */
function withName(event: SeenEvent, { templates, apps }: Deps): SeenEvent {
  const list = templates().get(event.from ?? apps.officials[0].name)
  const [name] = (event.template !== undefined && list && findTemplate(list, event.template)) || []
  return name === undefined ? event : { ...event, template: name }
}
