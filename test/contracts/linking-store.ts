import { expect, test } from 'vitest'

import type { CountedRun, LinkingStore, QueuedPart } from '../../lib/followers/ports.ts'

const dayMs = 86_400_000
const beganAt = Date.parse('2026-11-22T12:00:00+08:00')
const first: CountedRun = { beganAt, isWhole: true }
const daily: CountedRun = { beganAt: beganAt + dayMs, isWhole: false }
const everyone: CountedRun = { beganAt: beganAt + 2 * dayMs, isWhole: true }
const run = 7

const partsOf = (syncRun: CountedRun, step: number, messages: readonly number[], by = run): QueuedPart[] =>
  messages.map(message => ({ ...syncRun, step, run: by, message }))

/** What every count of the linking must do; `make` gives an empty one by this clock. */
export function linkingStoreContract(make: (now: () => number) => Promise<LinkingStore>): void {
  const open = (now = beganAt) => make(() => now)
  const it = test.extend('store', () => open())

  it('has nothing under way before any sync run', async ({ store }) => {
    expect([await store.isUnderWay(), await store.waiting()]).toEqual([false, 0])
  })

  it.each([{ syncRun: first }, { syncRun: everyone }])(
    'has $syncRun under way until its list is read and worked in',
    async ({ syncRun }) => {
      const store = await open(syncRun.beganAt)
      await store.open(syncRun, 0)
      expect([await store.isUnderWay(), await store.waiting()]).toEqual([true, 0])
      await store.expect({ ...syncRun, step: 1, run }, 300)
      await store.expect({ ...syncRun, step: 2, run }, 30)
      await store.workedIn(partsOf(syncRun, 1, [0, 1, 2]))
      expect([await store.isUnderWay(), await store.waiting()]).toEqual([true, 30])
      await store.close(syncRun)
      expect([await store.isUnderWay(), await store.waiting()]).toEqual([true, 30])
      await store.workedIn(partsOf(syncRun, 2, [0]))
      expect([await store.isUnderWay(), await store.waiting()]).toEqual([false, 0])
    },
  )

  it('waits for the end of the sync run, also if all that it queued so far is worked in', async ({ store }) => {
    await store.open(first, 0)
    await store.expect({ ...first, step: 1, run }, 100)
    await store.workedIn(partsOf(first, 1, [0]))
    expect(await store.isUnderWay()).toBe(true)
    await store.close(first)
    expect(await store.isUnderWay()).toBe(false)
  })

  it('counts what a daily sync run queued, but has nobody wait for it', async () => {
    const store = await open(daily.beganAt)
    await store.open(daily, 0)
    await store.expect({ ...daily, step: 1, run }, 130)
    expect([await store.isUnderWay(), await store.waiting()]).toEqual([false, 130])
    await store.close(daily)
    await store.workedIn(partsOf(daily, 1, [1]))
    expect(await store.waiting()).toBe(100)
  })

  it('counts a message once that comes again, and nothing of a step with no message', async ({ store }) => {
    await store.open(first, 0)
    await store.expect({ ...first, step: 1, run }, 300)
    await store.expect({ ...first, step: 2, run }, 0)
    for (let time = 0; time < 2; time++) await store.workedIn(partsOf(first, 1, [0, 2]))
    expect(await store.waiting()).toBe(100)
    await store.workedIn([])
    await store.workedIn(partsOf(first, 1, [1]))
    for (let time = 0; time < 2; time++) await store.workedIn(partsOf(first, 1, [1]))
    expect(await store.waiting()).toBe(0)
  })

  it('takes messages of several steps at once', async ({ store }) => {
    await store.open(first, 0)
    for (const step of [1, 2, 3]) await store.expect({ ...first, step, run }, 200)
    await store.workedIn([...partsOf(first, 1, [0, 1]), ...partsOf(first, 2, [1]), ...partsOf(first, 3, [0])])
    expect(await store.waiting()).toBe(200)
  })

  it('does not take a message of a step for one of its repetition', async ({ store }) => {
    await store.open(first, 0)
    await store.expect({ ...first, step: 1, run }, 200)
    await store.expect({ ...first, step: 1, run: run + 1 }, 200)
    await store.workedIn(partsOf(first, 1, [0, 1]))
    expect(await store.waiting()).toBe(200)
    await store.workedIn(partsOf(first, 1, [0, 1], run + 1))
    expect(await store.waiting()).toBe(0)
  })

  // A run that was killed may have said what it was about to queue, and never have queued it.
  it('lets go what a run said behind its last checkpoint when the next one goes on', async ({ store }) => {
    await store.open(first, 0)
    for (const step of [1, 2, 3]) await store.expect({ ...first, step, run }, 200)
    await store.open(first, 1)
    expect(await store.waiting()).toBe(200)
  })

  it('lets a sync run go that never came to its end, and keeps what a complete one queued', async () => {
    const store = await open(everyone.beganAt)
    await store.open(first, 0)
    await store.expect({ ...first, step: 1, run }, 100)
    await store.close(first)
    await store.open({ ...everyone, beganAt: everyone.beganAt - 1 }, 0)
    await store.expect({ ...everyone, beganAt: everyone.beganAt - 1, step: 1, run }, 500)
    await store.open(daily, 0)
    expect([await store.isUnderWay(), await store.waiting()]).toEqual([true, 100])
    await store.expect({ ...daily, step: 1, run }, 500)
    await store.abandon()
    expect(await store.waiting()).toBe(100)
  })

  it('waits no more for what a whole sync run has queued again', async () => {
    const store = await open(everyone.beganAt)
    await store.open(first, 0)
    await store.expect({ ...first, step: 1, run }, 400)
    await store.close(first)
    await store.open(everyone, 0)
    await store.expect({ ...everyone, step: 1, run }, 100)
    await store.close(everyone)
    expect(await store.waiting()).toBe(100)
    await store.workedIn([...partsOf(everyone, 1, [0]), ...partsOf(first, 1, [0])])
    expect([await store.isUnderWay(), await store.waiting()]).toEqual([false, 0])
  })

  it('waits for nothing that no queue can hold any more', async () => {
    let now = beganAt
    const store = await make(() => now)
    await store.open(first, 0)
    await store.expect({ ...first, step: 1, run }, 400)
    now += 14 * dayMs
    expect([await store.isUnderWay(), await store.waiting()]).toEqual([true, 400])
    now += 1
    expect([await store.isUnderWay(), await store.waiting()]).toEqual([false, 0])
  })
}
