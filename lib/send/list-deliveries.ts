/** Lists what is not simply delivered, for operators. */

import type { Apps } from '../apps.ts'
import { RequestError } from '../errors.ts'
import { readInstant } from '../instant.ts'
import { type ListedDelivery, type ListedState, listedStates } from './delivery.ts'
import type { DeliveryList, ListingOrder } from './ports.ts'
import { shown } from './shown-delivery.ts'

export type ListingDeps = { readonly list: DeliveryList; readonly apps: Apps }
export type ListedDeliveries = {
  readonly deliveries: readonly Omit<ListedDelivery, 'official'>[]
  /** What `?next=` takes for the page after this one. */
  readonly next?: string
}

type Query = Readonly<Record<string, string | undefined>>

const known: ReadonlySet<string> = new Set(['state', 'template', 'since', 'next'])
const mostTemplateLength = 64
/** An instant, and the key of a row behind it. */
const endPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[A-Za-z0-9._:@=+#-]{1,160}$/
const mostNextLength = 300

/** Reads the query; throws RequestError `listing-invalid`, which names the parameter and repeats no value. */
export function parseListing(query: Query): ListingOrder {
  const unknown = Object.keys(query).find(it => !known.has(it))
  if (unknown !== undefined) throw invalid('the parameters are state, template, since and next')
  const { state, template, since, next } = query
  return {
    states: statesOf(state),
    ...(template === undefined ? {} : { template: templateIn(template) }),
    ...(since === undefined ? {} : { since: instantIn(since) }),
    ...(next === undefined ? {} : { after: endIn(next) }),
  }
}

/** Lists a page. */
export async function listDeliveries(order: ListingOrder, { list, apps }: ListingDeps): Promise<ListedDeliveries> {
  const { deliveries, next } = await list.page(order)
  return {
    deliveries: deliveries.map(it => shown(it, apps)),
    ...(next === undefined ? {} : { next: Buffer.from(next).toString('base64url') }),
  }
}

function statesOf(text: string | undefined): readonly ListedState[] {
  if (text === undefined) return listedStates
  const wanted = text.split(',')
  const states = listedStates.filter(it => wanted.includes(it))
  if (states.length === 0 || states.length < new Set(wanted).size)
    throw invalid(`state is one or more of ${listedStates.join(', ')}, with commas between them`)
  return states
}

function templateIn(text: string): string {
  if (text.length >= 1 && text.length <= mostTemplateLength) return text
  throw invalid(`template is a name of templates.json, or WeChat's id, of 1 to ${mostTemplateLength} characters`)
}

function instantIn(text: string): string {
  const at = readInstant(text)
  if (at === undefined) throw invalid('since is an instant as in RFC 3339, such as 2026-11-22T12:00:00Z')
  return new Date(at).toISOString()
}

function endIn(text: string): string {
  const end = text.length > mostNextLength ? '' : Buffer.from(text, 'base64url').toString()
  if (endPattern.test(end)) return end
  throw invalid('next is what the page before answered as next')
}

function invalid(what: string): RequestError {
  return new RequestError('listing-invalid', 400, `${what}.`)
}
