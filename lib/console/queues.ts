/** The queues of a stage, how many messages each has, and what was put aside. */

import type { Apps } from '../apps.ts'
import type { QueueSize } from '../doctor/deps.ts'
import { inParallel } from '../pool.ts'
import { asideQueues, workQueues } from '../queue-names.ts'
import { ConsoleError } from './errors.ts'
import { shownBody } from './mask.ts'
import type { ConsoleDeps, Letter } from './ports.ts'

const readsAtOnce = 8

/** `purpose`: `aside` is for people to look into, `held` waits for quota. */
export type ShownQueue = QueueSize & { readonly name: string; readonly purpose: 'work' | 'held' | 'aside' }

/** Tells the sizes of all queues that the stage has. */
export async function getQueues({ queues, apps }: Pick<ConsoleDeps, 'queues' | 'apps'>): Promise<ShownQueue[]> {
  const all = queuesOf(apps)
  const sizes = new Map<string, QueueSize>()
  await inParallel(all, readsAtOnce, async ({ name }) => {
    const size = await queues.size(name)
    if (size !== undefined) sizes.set(name, size)
  })
  return all.flatMap(it => {
    const size = sizes.get(it.name)
    return size === undefined ? [] : [{ ...it, ...size }]
  })
}

function queuesOf({ officials }: Apps): Pick<ShownQueue, 'name' | 'purpose'>[] {
  const held = officials.flatMap(it => [`events-${it.name}-parked`, `events-${it.name}-parked-urgent`])
  return [
    ...workQueues.map(name => ({ name, purpose: 'work' as const })),
    ...held.map(name => ({ name, purpose: 'held' as const })),
    ...asideQueues.map(name => ({ name, purpose: 'aside' as const })),
  ]
}

export type ShownLetters = { readonly queue: string; readonly letters: readonly Letter[]; readonly isAll: boolean }

/** Shows what was put aside in a queue, the newest first; throws ConsoleError `queue-invalid`. */
export async function getLetters(
  queue: string | undefined,
  isOpen: boolean,
  { letters: dead }: Pick<ConsoleDeps, 'letters'>,
): Promise<ShownLetters> {
  const name = asideQueues.find(it => it === queue)
  if (name === undefined) throw new ConsoleError('queue-invalid', 400, `queue is one of ${asideQueues.join(', ')}.`)
  const { letters, isAll } = await dead.peek(name)
  const newest = letters.toSorted((one, other) => other.at - one.at)
  return { queue: name, letters: newest.map(it => ({ ...it, body: shownBody(it.body, isOpen) })), isAll }
}
