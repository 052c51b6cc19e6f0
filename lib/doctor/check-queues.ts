/** Whether the queues are there, whether events are put off, and whether anything was put aside that nobody has looked at. */

import { deploy, type Place, redrive, showQuota } from './commands.ts'
import type { DoctorDeps, QueueSize } from './deps.ts'
import { nameOf } from './explain.ts'
import type { Facts } from './facts.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { type consumed, crowdOf, delayOf, type Trouble } from './queue-delays.ts'

type Kind = 'waiting' | 'dead' | 'review' | 'parked'
type Queue = { readonly name: string; readonly kind: Kind }
type Known = Queue & QueueSize
type Sized = Known | (Queue & { readonly trouble: string })

/** Reads all queues' sizes, and the gates; costs no call to WeChat that another check does not make. */
export async function checkQueues(deps: DoctorDeps, facts: Facts): Promise<Finding> {
  const { queues, queueNames } = deps
  const sized = await Promise.all(listQueues(queueNames).map(it => withSize(it, queues.size(it.name))))
  const waiting = presentOf(sized, 'waiting')
  const putOff = waiting.filter(it => it.name === queueNames.events && it.later > 0)
  const found = [
    absenceOf(sized, deps),
    ...(await Promise.all(putOff.map(it => delayOf(it, deps, facts)))),
    ...crowdsOf(waiting, deps),
    ...fullOf(sized, queueNames.events, deps),
  ].filter(it => it !== undefined)
  if (found.length > 0) return joined(found)
  return ok(`nothing is put aside; ${tell(waiting)}`)
}

function crowdsOf(waiting: readonly Known[], deps: DoctorDeps): Trouble[] {
  const queues = [
    'events',
    'followers',
    'receipts',
    'images',
    'imageChecks',
  ] as const satisfies (keyof typeof consumed)[]
  return queues.flatMap(queue => {
    const size = waiting.find(it => it.name === deps.queueNames[queue])
    return size === undefined ? [] : crowdOf(queue, size, deps)
  })
}

/** One finding of all: none hides another. */
function joined(all: readonly Trouble[]): Finding {
  const say = all.some(it => it.status === 'wrong') ? wrong : warning
  return say(all.map(it => it.words).join('; '), all.map(it => it.hint).join('; '))
}

function absenceOf(sized: readonly Sized[], place: Place): Trouble | undefined {
  const absent = sized.filter(it => 'trouble' in it)
  if (absent.length === 0) return undefined
  const words = absent.map(({ name, trouble }) => `${name} cannot be asked (${trouble})`).join('; ')
  return { status: 'wrong', words, hint: deploy(place) }
}

/** What is put aside, by kind: dead letters, events that wait for quota, events in doubt. */
function fullOf(sized: readonly Sized[], events: string, place: Place): Trouble[] {
  const full = (kind: Kind, of: (queues: readonly Known[]) => Trouble): Trouble[] => {
    const queues = presentOf(sized, kind).filter(it => totalOf(it) > 0)
    return queues.length === 0 ? [] : [of(queues)]
  }
  return [
    ...full('dead', it => {
      return { status: 'wrong', words: tell(it), hint: it.map(({ name }) => hintOf(name, events, place)).join('; ') }
    }),
    ...full('parked', it => {
      return { status: 'wrong', words: `${tell(it)}: they wait for quota`, hint: `${showQuota(place)} shows why` }
    }),
    ...full('review', it => {
      const hint = `${redrive(place)} shows them too; with --even-in-doubt it sends them, perhaps a second time`
      return { status: 'warning', words: `${tell(it)}: nobody knows whether these were sent`, hint }
    }),
  ]
}

function presentOf(sized: readonly Sized[], kind: Kind): Known[] {
  return sized.filter(it => 'ready' in it).filter(it => it.kind === kind)
}

function listQueues({ events, followers, receipts, images, imageChecks }: DoctorDeps['queueNames']): Queue[] {
  const consumed = [events, followers, receipts, images, ...(imageChecks === undefined ? [] : [imageChecks])]
  return [
    ...consumed.map(name => ({ name, kind: 'waiting' as const })),
    ...consumed.map(name => ({ name: `${name}-dlq`, kind: 'dead' as const })),
    { name: `${events}-review`, kind: 'review' },
    { name: `${events}-parked`, kind: 'parked' },
    { name: `${events}-parked-urgent`, kind: 'parked' },
  ]
}

async function withSize(queue: Queue, asked: Promise<QueueSize>): Promise<Sized> {
  const [outcome] = await Promise.allSettled([asked])
  if (outcome?.status === 'fulfilled') return { ...queue, ...outcome.value }
  return { ...queue, trouble: nameOf(outcome?.reason) }
}

function tell(queues: readonly Known[]): string {
  return queues.map(it => `${totalOf(it)} in ${it.name}${partsOf(it)}`).join(', ')
}

function totalOf({ ready, later, inWork }: QueueSize): number {
  return ready + later + inWork
}

function partsOf({ later, inWork }: QueueSize): string {
  const parts = [...(later > 0 ? [`${later} put off`] : []), ...(inWork > 0 ? [`${inWork} in work`] : [])]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** Events have a command; what the functions give up on goes back as SQS does it. */
function hintOf(name: string, events: string, place: Place): string {
  if (name === `${events}-dlq`) return `${redrive(place)} shows them by reason, and moves them back`
  return `AWS console → SQS → ${name} → Start DLQ redrive, once the log of its function says what was wrong`
}
