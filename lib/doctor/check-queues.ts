/** Whether the queues exist, events are deferred, or messages need a person: dead letters, quota, doubt. */

import { deadLettersOf } from '../queue-names.ts'
import { deploy, type Place, redrive, redriveOther, showQuota } from './commands.ts'
import type { DoctorDeps, QueueSize } from './deps.ts'
import { nameOf } from './explain.ts'
import type { Facts } from './facts.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { backlogOf, type consumed, delayOf, type Trouble } from './queue-delays.ts'

type Kind = 'waiting' | 'dead' | 'review' | 'parked'
type Queue = { readonly name: string; readonly kind: Kind }
type SizedQueue = Queue & QueueSize
type QueueLook = SizedQueue | (Queue & { readonly trouble: string })

/** Reads all queues' sizes and the send gates; makes no calls to WeChat beyond those of other checks. */
export async function checkQueues(deps: DoctorDeps, facts: Facts): Promise<Finding> {
  const { queues, queueNames } = deps
  const sized = await Promise.all(listQueues(deps).map(it => withSize(it, queues.size(it.name))))
  const waiting = presentOf(sized, 'waiting')
  const deferring = waiting.filter(it => it.name === queueNames.events && it.later > 0)
  const found = [
    missingQueues(sized, deps),
    ...(await Promise.all(deferring.map(it => delayOf(it, deps, facts)))),
    ...backlogsOf(waiting, deps),
    ...needingPeople(sized, queueNames.events, deps),
  ].filter(it => it !== undefined)
  if (found.length > 0) return joined(found)
  return ok(`no dead letters, and nothing held; ${describe(waiting)}`)
}

function backlogsOf(waiting: readonly SizedQueue[], deps: DoctorDeps): Trouble[] {
  const queues = [
    'events',
    'followers',
    'receipts',
    'images',
    'imageChecks',
    'passOn',
  ] as const satisfies (keyof typeof consumed)[]
  return queues.flatMap(queue => {
    const size = waiting.find(it => it.name === deps.queueNames[queue])
    return size === undefined ? [] : backlogOf(queue, size, deps)
  })
}

/** Joins all findings into one, so that none hides another. */
function joined(all: readonly Trouble[]): Finding {
  const say = all.some(it => it.status === 'wrong') ? wrong : warning
  return say(all.map(it => it.words).join('; '), all.map(it => it.hint).join('; '))
}

function missingQueues(sized: readonly QueueLook[], place: Place): Trouble | undefined {
  const absent = sized.filter(it => 'trouble' in it)
  if (absent.length === 0) return undefined
  const words = absent.map(({ name, trouble }) => `${name} cannot be read (${trouble})`).join('; ')
  return { status: 'wrong', words, hint: deploy(place) }
}

/** Dead letters, events on quota hold, and events in doubt, one finding per kind. */
function needingPeople(sized: readonly QueueLook[], events: string, place: Place): Trouble[] {
  const full = (kind: Kind, of: (queues: readonly SizedQueue[]) => Trouble): Trouble[] => {
    const queues = presentOf(sized, kind).filter(it => totalOf(it) > 0)
    return queues.length === 0 ? [] : [of(queues)]
  }
  return [
    ...full('dead', it => {
      return {
        status: 'wrong',
        words: describe(it),
        hint: it.map(({ name }) => hintOf(name, events, place)).join('; '),
      }
    }),
    ...full('parked', it => {
      return { status: 'wrong', words: `${describe(it)}: on quota hold`, hint: `${showQuota(place)} shows why` }
    }),
    ...full('review', it => {
      const hint = `${redrive(place)} shows them too; with --even-in-doubt it sends them again, perhaps a second time`
      return { status: 'warning', words: `${describe(it)}: these may or may not have been sent`, hint }
    }),
  ]
}

function presentOf(sized: readonly QueueLook[], kind: Kind): SizedQueue[] {
  return sized.filter(it => 'ready' in it).filter(it => it.kind === kind)
}

function listQueues({ queueNames, parkedQueues }: DoctorDeps): Queue[] {
  const { events, followers, receipts, images, imageChecks, passOn } = queueNames
  const consumed = [events, followers, receipts, images, imageChecks, passOn].filter(it => it !== undefined)
  return [
    ...consumed.map(name => ({ name, kind: 'waiting' as const })),
    ...consumed.map(name => ({ name: deadLettersOf(name), kind: 'dead' as const })),
    { name: `${events}-review`, kind: 'review' },
    ...parkedQueues.map(name => ({ name, kind: 'parked' as const })),
  ]
}

async function withSize(queue: Queue, asked: Promise<QueueSize>): Promise<QueueLook> {
  const [outcome] = await Promise.allSettled([asked])
  if (outcome?.status === 'fulfilled') return { ...queue, ...outcome.value }
  return { ...queue, trouble: nameOf(outcome?.reason) }
}

function describe(queues: readonly SizedQueue[]): string {
  return queues.map(it => `${totalOf(it)} in ${it.name}${partsOf(it)}`).join(', ')
}

function totalOf({ ready, later, inWork }: QueueSize): number {
  return ready + later + inWork
}

function partsOf({ later, inWork }: QueueSize): string {
  const parts = [...(later > 0 ? [`${later} deferred`] : []), ...(inWork > 0 ? [`${inWork} in flight`] : [])]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** Events have a command of their own; other dead letters are redriven with SQS itself. */
function hintOf(name: string, events: string, place: Place): string {
  if (name === `${events}-dlq`) return `${redrive(place)} lists them by reason, and requeues them`
  return redriveOther(name, place)
}
