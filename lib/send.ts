/** Sends the template message of each business event to the right follower, once. */

import { type Delivery, isSent } from './delivery.ts'
import { RequestError } from './errors.ts'
import { type Person, reachOf } from './link.ts'
import { inParallel } from './pool.ts'
import type { DeliveryStore, LinkStore, Log } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import { type MessageDeps, maxDelaySeconds, type SendOutcome, sendMessage } from './send-message.ts'
import { type Arrival, reject, type SettleDeps, settle } from './send-outcome.ts'
import { parseTemplateMessage, type TemplateList, type TemplateMessage } from './template-message.ts'

export type SendDeps = MessageDeps &
  SettleDeps & {
    readonly links: Pick<LinkStore, 'resolve'>
    readonly deliveries: Pick<DeliveryStore, 'read'>
    readonly templates: TemplateList
  }

/** Keep-alive sockets to WeChat in use at once by one function. */
const width = 20
/** WeChat forgets a client_msg_id after ten minutes; half a minute is left for the call itself. */
const windowMs = 570_000
/** What was not even begun comes again in a moment. */
const putOff: SendOutcome = { kind: 'refused', delaySeconds: 30 }

/** Sends a batch; starts no send after `until` (ms). Answers the arrivals that must come again by the queue. */
export async function sendBatch<A extends Arrival>(
  arrivals: readonly A[],
  deps: SendDeps,
  limits: { readonly until: number },
): Promise<readonly A[]> {
  const counts: Record<string, number> = {}
  const failed: A[] = []
  const work = await preparedOrPutOff(arrivals, deps)
  await inParallel([...work], width, async ([arrival, run]) => {
    const outcome = await guarded(deps.now() < limits.until ? run : () => settle(putOff, arrival, deps), deps.log)
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome === 'late') failed.push(arrival)
  })
  deps.log.info('send.batch', { arrivals: arrivals.length, ...counts })
  return failed
}

type Run = () => Promise<string>

/** While the tables do not answer nothing is sent, so nothing may come to look as if a try had got no answer. */
async function preparedOrPutOff<A extends Arrival>(arrivals: readonly A[], deps: SendDeps): Promise<Map<A, Run>> {
  try {
    return await preparedWork(arrivals, deps)
  } catch (error) {
    deps.log.error('send.not-prepared', { error })
    return new Map(arrivals.map(arrival => [arrival, () => settle(putOff, arrival, deps)]))
  }
}

/** Checks all events, reads all done marks and links at once, and answers what to do for each arrival. */
async function preparedWork<A extends Arrival>(arrivals: readonly A[], deps: SendDeps): Promise<Map<A, Run>> {
  const work = new Map<A, Run>()
  const messages = new Map<A, TemplateMessage>()
  for (const arrival of arrivals) {
    const parsed = parse(arrival.body, deps.templates)
    if (parsed instanceof RequestError) work.set(arrival, () => reject(arrival, parsed, deps))
    else messages.set(arrival, parsed)
  }
  const list = [...messages.values()]
  const [marks, people] = await Promise.all([
    deps.deliveries.read([...new Set(list.map(it => it.id))]),
    deps.links.resolve(list.map(it => it.to)),
  ])
  const runs = new Map<string, Promise<string>>()
  for (const [index, [arrival, message]] of [...messages].entries()) {
    const context = { arrival, message, person: people[index], mark: marks.get(message.id) }
    work.set(arrival, () => once(runs, message.id, () => deliver(context, deps)))
  }
  return work
}

function parse(body: string, templates: TemplateList): TemplateMessage | RequestError {
  try {
    return parseTemplateMessage(body, templates)
  } catch (error) {
    if (error instanceof RequestError) return error
    throw error
  }
}

/** The same event twice in one batch is one piece of work. */
async function once(runs: Map<string, Promise<string>>, id: string, run: Run): Promise<string> {
  const first = runs.get(id)
  if (first !== undefined) return (await first) === 'late' ? 'late' : 'repeated'
  const mine = run()
  runs.set(id, mine)
  return mine
}

/** A failure of one event (a store, a bug) must not take its neighbours along: it comes again, and it is told. */
async function guarded(run: Run, log: Log): Promise<string> {
  try {
    return await run()
  } catch (error) {
    log.error('send.failed', { error })
    return 'late'
  }
}

type Context = {
  readonly arrival: Arrival
  readonly message: TemplateMessage
  readonly person: Person | undefined
  readonly mark: Delivery | undefined
}

async function deliver(context: Context, deps: SendDeps): Promise<string> {
  if (isSent(context.mark)) return 'repeated'
  const now = deps.now()
  const outcome =
    barred(context, now) ?? stillParked(context.mark, now) ?? (await sendMessage(context.message, context.person, deps))
  return settle(outcome, context.arrival, deps, context.message.id)
}

/** What must not be sent at all. */
function barred({ arrival, message, person }: Context, now: number): SendOutcome | undefined {
  if (message.expiresAt !== undefined && message.expiresAt <= now) return dropped('expired')
  if (arrival.doubtSince !== undefined && now - arrival.doubtSince > windowMs) {
    return { kind: 'ended', state: 'in-doubt', facts: { reason: 'a try of over ten minutes ago got no answer' } }
  }
  const reach = person === undefined ? 'unknown' : reachOf(message.to, person)
  return reach === 'reachable' ? undefined : dropped(reach)
}

/** Until the quota is filled again a parked event is not even asked for. */
function stillParked(mark: Delivery | undefined, now: number): SendOutcome | undefined {
  if (mark?.state !== 'parked' || mark.errcode === undefined) return undefined
  const parkedAt = Date.parse(mark.at)
  const seconds = Math.ceil(parkedAt / 1000 + secondsToReset(mark.errcode, parkedAt) - now / 1000)
  return seconds > 0 ? { kind: 'refused', delaySeconds: Math.min(seconds, maxDelaySeconds) } : undefined
}

function dropped(reason: string): SendOutcome {
  return { kind: 'ended', state: 'dropped', facts: { reason } }
}
