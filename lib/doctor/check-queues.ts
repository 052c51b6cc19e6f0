/** Whether the queues are there, and whether anything was put aside that nobody has looked at. */

import { deploy, type Place, redrive, showQuota } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'

type Kind = 'waiting' | 'dead' | 'review' | 'parked'
type Queue = { readonly name: string; readonly kind: Kind }
type Sized = Queue & ({ readonly size: number } | { readonly trouble: string })

/** Reads all queues' sizes; costs no call to WeChat. */
export async function checkQueues({ queues, queueNames, ...place }: DoctorDeps): Promise<Finding> {
  const sized = await Promise.all(listQueues(queueNames).map(it => withSize(it, queues.size(it.name))))
  const absent = sized.filter(it => 'trouble' in it)
  if (absent.length > 0) {
    const words = absent.map(({ name, trouble }) => `${name} cannot be asked (${trouble})`).join('; ')
    return wrong(words, deploy(place))
  }
  const present = sized.filter(it => 'size' in it)
  const full = (kind: Kind) => present.filter(it => it.kind === kind && it.size > 0)
  const dead = full('dead')
  if (dead.length > 0) return wrong(tell(dead), dead.map(it => cureOf(it.name, queueNames.events, place)).join('; '))
  const parked = full('parked')
  if (parked.length > 0) return wrong(`${tell(parked)}: they wait for quota`, `${showQuota(place)} shows why`)
  const review = full('review')
  if (review.length > 0) return warning(`${tell(review)}: nobody knows whether these were sent`, redrive(place))
  return ok(`nothing is put aside; ${tell(present.filter(it => it.kind === 'waiting'))}`)
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

async function withSize(queue: Queue, asked: Promise<number>): Promise<Sized> {
  const [outcome] = await Promise.allSettled([asked])
  if (outcome?.status === 'fulfilled') return { ...queue, size: outcome.value }
  return { ...queue, trouble: nameOf(outcome?.reason) }
}

function tell(queues: readonly { readonly name: string; readonly size: number }[]): string {
  return queues.map(({ name, size }) => `${size} in ${name}`).join(', ')
}

/** Events have a command; what the functions give up on goes back as SQS does it. */
function cureOf(name: string, events: string, place: Place): string {
  if (name === `${events}-dlq`) return `${redrive(place)} shows them by reason, and moves them back`
  return `AWS console → SQS → ${name} → Start DLQ redrive, once the log of its function says what was wrong`
}
