import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { memoryImageFiles } from '../../kit/memory-files.ts'
import { memoryImages } from '../../kit/memory-stores.ts'
import { silentLog } from '../../kit/silent.ts'
import type { Forgetting } from '../../lib/images/forget-images.ts'
import { imageKey, uploadKey } from '../../lib/images/image-keys.ts'
import type { Image } from '../../lib/images/ports.ts'
import {
  type ImageArrival,
  parseArrival,
  type ReceiveImagesDeps,
  receiveImages,
} from '../../lib/images/receive-images.ts'
import { removeLeftovers, serveImage } from '../../lib/images/settle-image.ts'
import { stageApps as apps } from '../idle-pair.ts'
import { id } from '../ids.ts'
import { headerOf } from './pictures.ts'
import '../seed.ts'

const owner = 'o'.repeat(22)
const requestedAt = 1_700_000_000
const request: Forgetting = { forget: owner, at: requestedAt, isSecond: false }
const before = requestedAt * 1000 + 999
const after = (requestedAt + 1) * 1000
const states = ['expected', 'checking', 'served', 'refused'] as const

/** The functions that move and remove pictures, over one queue of arrivals and one of checks. */
function openPictures({ isChecked = false } = {}) {
  const [images, files] = [memoryImages(), memoryImageFiles()]
  const arrivals: ImageArrival[] = []
  const later: { readonly request: ImageArrival; readonly seconds: number }[] = []
  const checks: unknown[] = []
  const lines: unknown[] = []
  const tell = (event: string, fields?: object) => void lines.push({ event, ...fields })
  const log = { debug: tell, info: tell, warn: tell, error: tell }
  const deps: ReceiveImagesDeps = {
    ...{ apps, images, files, metadata: 'strip', now: () => after + 1000, log },
    imageArrivals: {
      async push(messages, seconds = 0) {
        const told = messages.map(it => parseArrival(JSON.stringify(it)))
        if (seconds === 0) arrivals.push(...told)
        else later.push(...told.map(it => ({ request: it, seconds })))
      },
    },
    checks: isChecked ? { push: async (messages: readonly unknown[]) => void checks.push(...messages) } : undefined,
  }
  let made = 0
  return {
    ...{ images, files, arrivals, later, checks, lines, deps },
    /** A picture, and its file where one of this state has it. */
    async make(more: Partial<Image> = {}) {
      const base = {
        id: `${made++}`.padStart(22, 'i'),
        owner,
        mini: appids.mini,
        miniOpenid: id('mini-1'),
        contentType: 'image/png',
      } as const
      const image: Image = { ...base, state: 'expected', size: 1000, asks: 0, createdAt: before, at: before, ...more }
      await images.expect(image)
      const key = { expected: uploadKey(image), checking: `checking/${owner}/${image.id}.png`, served: imageKey(image) }
      if (image.state !== 'refused') files.put(key[image.state], headerOf('image/png', { width: 2, height: 2 }))
      return image
    },
    async work(arrival: ImageArrival, more: Partial<ReceiveImagesDeps> = {}, until = Number.POSITIVE_INFINITY) {
      const again = await receiveImages([{ ...arrival, messageId: 'a' }], { ...deps, ...more }, { until })
      return again.map(({ messageId: _, ...it }) => it)
    },
  }
}

type Pictures = ReturnType<typeof openPictures>

/** What is left of the person, in rows and in keys. */
const traces = async ({ images, files }: Pictures, of = owner) => [
  ...(await images.all()).filter(it => it.owner === of),
  ...files.keys().filter(it => it.includes(of)),
]

describe('who is forgotten', () => {
  it('takes along every row and file, whatever came of them, and nobody else’s', async () => {
    const world = openPictures()
    for (const state of states) await world.make({ state })
    // No file: it never came, or the bucket has let it go. No row: a process died between the two.
    for (const { id } of [await world.make({ state: 'served' }), await world.make()])
      for (const key of world.files.keys().filter(it => it.includes(id))) await world.files.remove(key)
    for (const place of ['uploads', 'checking', 'images'])
      world.files.put(`${place}/${owner}/${'z'.repeat(22)}`, new Uint8Array(1))
    const other = `${owner.slice(0, 21)}p`
    const theirs = await world.make({ owner: other, state: 'served' })

    expect(await world.work(request)).toEqual([])

    expect(await traces(world)).toEqual([])
    expect(await traces(world, other)).toEqual([theirs, imageKey(theirs)])
    expect(world.lines).toEqual([{ event: 'images.forgotten', owner, removed: 12, isSecond: false, isDone: true }])
  })

  it.each(states)('keeps what they upload after the erasure request (%s)', async state => {
    const world = openPictures()
    await world.make({ state, at: after })
    const kept = await world.make({ state, createdAt: after, at: after })
    await world.work(request)
    expect(await world.images.all()).toEqual([kept])
    expect(world.files.keys().filter(it => !it.includes(kept.id))).toEqual([])
    expect(world.files.keys()).toHaveLength(state === 'refused' ? 0 : 1)
  })

  it('has it done once more when all that was under way has ended', async () => {
    const { work, later, arrivals } = openPictures()
    await work(request)
    expect(later.splice(0)).toEqual([{ request: { ...request, isSecond: true }, seconds: 120 }])
    await work({ ...request, isSecond: true })
    expect([later, arrivals]).toEqual([[], []])
  })

  it('finds no row for a form that was signed before, and what comes by it is removed', async () => {
    const world = openPictures()
    const image = await world.make()
    const key = uploadKey(image)
    await world.files.remove(key)
    await world.work(request)
    world.files.put(key, headerOf('image/png', { width: 2, height: 2 }))
    expect(await world.work({ keys: [key] })).toEqual([])
    expect(await traces(world)).toEqual([])
  })

  it.each([false, true])('is not outrun by a picture that is just being received (checked: %s)', async isChecked => {
    const world = openPictures({ isChecked })
    const image = await world.make()
    // Between the copy and the row.
    const move = async (...moved: Parameters<typeof world.images.move>) => {
      await world.work(request)
      world.files.put(isChecked ? `checking/${owner}/${image.id}.png` : imageKey(image), new Uint8Array(9))
      return world.images.move(...moved)
    }
    expect(await world.work({ keys: [uploadKey(image)] }, { images: { ...world.images, move } })).toEqual([])
    expect([await traces(world), world.checks]).toEqual([[], []])
  })

  it('is not outrun by a verdict that is just being carried out', async () => {
    const world = openPictures({ isChecked: true })
    const image = await world.make({ state: 'checking' })
    const move = async (...moved: Parameters<typeof world.images.move>) => {
      await world.work(request)
      world.files.put(imageKey(image), new Uint8Array(9))
      return world.images.move(...moved)
    }
    await serveImage(image, { ...world.deps, images: { ...world.images, move }, log: silentLog })
    expect(await traces(world)).toEqual([])
  })

  it('goes on by further messages with what there is no time for, a thousand at least in each', async () => {
    const world = openPictures()
    for (let count = 0; count < 2100; count += 1) await world.make({ state: 'served' })
    let calls = 0
    const now = () => (calls++ === 0 ? 0 : 2)
    world.arrivals.push(request)
    let messages = 0
    for (let it = world.arrivals.pop(); it !== undefined && messages < 20; it = world.arrivals.pop()) {
      calls = 0
      messages += 1
      expect(await world.work(it, { now }, 1)).toEqual([])
    }
    expect(await traces(world)).toEqual([])
    // Three pages of rows, three of files, and the last that finds there are no more.
    expect([messages, world.later.length]).toEqual([7, 1])
  })

  it('does not go round for ever among what is to stay', async () => {
    const world = openPictures()
    await world.make({ createdAt: after })
    let calls = 0
    const now = () => (calls++ === 0 ? 0 : 2)
    expect(await world.work(request, { now }, 1)).toEqual([request])
    expect(world.arrivals).toEqual([])
  })

  it('leaves nothing wherever processes die, in whatever order they come, however often', async () => {
    const ticks = fc.array(fc.nat(4), { maxLength: 20 })
    const step = fc.record({ what: fc.constantFrom(...steps), dies: fc.option(fc.nat(12), { nil: 99 }), ticks })
    const plans = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
    const uploads = fc.array(fc.constantFrom(...states), { maxLength: 4 })
    await expect(
      fc.assert(
        fc.asyncProperty(fc.boolean(), uploads, plans, async (isChecked, made, plan) => {
          const world = openPictures({ isChecked })
          for (const state of made) await world.make({ state })
          const kept = await world.make({ createdAt: after, at: after })
          // What was under way has ended then, and what was not done has come again.
          await takeAll([...plan, ...steps.map(what => [{ what, dies: 9999, ticks: [] }])], world)
          const [row, ...keys] = await traces(world)
          expect([row, keys]).toEqual([expect.objectContaining({ id: kept.id, state: 'served' }), [imageKey(kept)]])
        }),
        { numRuns: 300 },
      ),
    ).resolves.toBeUndefined()
  })
})

const steps = ['forget', 'arrive', 'verdict'] as const
type Step = { readonly what: (typeof steps)[number]; readonly dies: number; readonly ticks: readonly number[] }

/** Some at once, one after the other. */
async function takeAll(plan: readonly (readonly Step[])[], world: Pictures): Promise<void> {
  for (const together of plan) await Promise.all(together.map(it => take(it, world)))
}

/** One process: all that is in uploads/ arrives, or WeChat passes all that it checks, or the request is worked on. */
async function take({ what, dies, ticks }: Step, { images, files, deps, work }: Pictures): Promise<void> {
  const mine = { ...deps, ...mortal(deps, dies, [...ticks]) }
  if (what === 'forget') await work(request, mine)
  if (what === 'arrive') await work({ keys: files.keys().filter(it => it.startsWith('uploads/')) }, mine)
  if (what !== 'verdict') return
  for (const it of await images.all()) await hear(it, mine).catch(() => undefined)
}

/** As the function of checks does: a verdict comes again until it is done with. */
async function hear(image: Image, deps: ReceiveImagesDeps): Promise<void> {
  if (image.state === 'checking') await serveImage(image, { ...deps, log: silentLog })
  if (image.state === 'served') await removeLeftovers(image, deps)
}

/** A process that reaches nothing any more after so many calls, each of which takes its time. */
function mortal({ images, files, imageArrivals }: ReceiveImagesDeps, calls: number, ticks: number[]) {
  let left = calls
  const live = async () => {
    for (let tick = ticks.pop() ?? 0; tick > 0; tick -= 1) await undefined
    if (left-- <= 0) throw new Error('died')
  }
  const call =
    <A extends unknown[], T>(method: (...args: A) => Promise<T>) =>
    async (...args: A) => {
      await live()
      return method(...args)
    }
  const walk = (method: (of: string) => AsyncIterable<readonly string[]>) =>
    async function* (of: string) {
      await live()
      yield* method(of)
    }
  const { find, move, remove, ofOwner } = images
  const { head, read, copy, write, list } = files
  return {
    images: { find: call(find), move: call(move), remove: call(remove), ofOwner: walk(ofOwner) },
    files: {
      ...{ head: call(head), read: call(read), copy: call(copy), write: call(write) },
      ...{ remove: call(files.remove), list: walk(list) },
    },
    imageArrivals: { push: call(imageArrivals.push) },
  }
}
