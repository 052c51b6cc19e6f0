/** What is wrong for minutes on end, by the clock of the run, and not with every fifth call alone. */

import type { Random } from '../../kit/random.ts'
import { followers } from './events.ts'
import { sendPath } from './script.ts'
import type { World } from './world.ts'

/** Where each invocation dies: before its first call for a message, at it (it does not leave), or after some answers. */
export type Death = 'before' | 'at' | 'after'

export type Scene = {
  readonly world: World
  readonly random: Random
  /** How many events the wave has. */
  readonly events: number
  /** Numbers of the people to whom, at some time of the wave, nothing could be sent. */
  readonly gone: Set<number>
}

export type Trouble = {
  /** It begins with the wave, or when all first tries are made and everybody waits for the next. */
  readonly from: 'start' | 'stillness'
  readonly minutes: number
  readonly begin?: (scene: Scene) => Promise<void>
  readonly end?: (scene: Scene) => Promise<void>
  readonly death?: Death
  /** Messages are received and handed to no function: its concurrency is used up elsewhere, or it cannot start. */
  readonly isThrottled?: boolean
  /**
   * Events are put off again and again. No message is doubled meanwhile: with every fifth in each round there would soon
   * be thousands.
   */
  readonly putsOff?: boolean
}

/** Longer than WeChat remembers a client_msg_id, and than three receives. */
const tooLong = 13
/** Ends before those that are pushed twice come for the second time, when WeChat has forgotten the first. */
const shorter = 8
const perRun = 100_000_000

const dying = (death: Death): Trouble => ({ from: 'start', minutes: tooLong, death })
const failing = (path: string): Pick<Trouble, 'begin' | 'end'> => ({
  begin: async ({ world }) => {
    await world.control('/faults', { path, kind: 'status', status: 502, times: perRun })
    await world.control('/tokens/revoke', { app: 'official' })
  },
  end: async ({ world }) => void (await world.control('/faults', undefined, 'DELETE')),
})
const repeatsTold = (duplicates: 'error' | 'too-soon'): Trouble => ({
  from: 'start',
  minutes: 60,
  begin: async ({ world }) => void (await world.control('/templates', { duplicates })),
  end: async ({ world }) => void (await world.control('/templates', { duplicates: 'same' })),
})

export const troubles = {
  dyingBefore: dying('before'),
  dyingAt: dying('at'),
  dyingAfter: dying('after'),
  throttled: { from: 'start', minutes: tooLong, isThrottled: true },
  throttledLate: { from: 'stillness', minutes: tooLong, isThrottled: true },
  tokenless: {
    from: 'start',
    minutes: tooLong + 2,
    putsOff: true,
    ...failing('/cgi-bin/stable_token'),
  },
  sendless: { from: 'start', minutes: tooLong - 1, putsOff: true, ...failing(sendPath) },
  told45065: repeatsTold('error'),
  told40241: repeatsTold('too-soon'),
  /** Some leave and our links say so, some leave unseen, some stay and refuse; then all come back. */
  leaving: { from: 'stillness', minutes: shorter, begin: leave, end: comeBack },
  /** Some got too many of late; the others have nothing to do with it. */
  tired: {
    from: 'start',
    minutes: shorter,
    putsOff: true,
    begin: async scene => {
      for (const person of drawPeople(scene, 8)) await block(scene.world, person, 'often')
    },
    end: comeBack,
  },
  limited: {
    from: 'start',
    minutes: 600,
    putsOff: true,
    begin: ({ world, events }) => limit(world, Math.max(5, Math.ceil(events / 8))),
    end: ({ world }) => limit(world, perRun),
  },
} as const satisfies Record<string, Trouble>

async function leave(scene: Scene): Promise<void> {
  const { world } = scene
  for (const person of drawPeople(scene, 2)) {
    const way = scene.random(3)
    if (way === 0) await block(world, person, 'refuse')
    else await world.control(`/people/${person}/unfollow`, { silent: true })
    if (way === 1) await world.link(person, false)
  }
}

async function comeBack({ world, gone }: Scene): Promise<void> {
  for (const person of gone) {
    await block(world, person, 'none')
    await world.control(`/people/${person}/follow`, { silent: true })
    await world.link(person, true)
  }
}

/** One in so many of all. */
function drawPeople({ random, gone }: Scene, oneOf: number): ReadonlySet<number> {
  for (let person = 0; person < followers; person++) if (random(oneOf) === 0) gone.add(person)
  return gone
}

async function block(world: World, person: number, how: string): Promise<void> {
  await world.control(`/people/${person}/block`, { how })
}

async function limit(world: World, minute: number): Promise<void> {
  await world.control('/quota', { app: 'official', path: sendPath, minute })
}
