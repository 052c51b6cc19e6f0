/** Checks of pictures in a small world: WeChat in a box fetches, judges and pushes over loopback; a queue with our clock. */

import { createServer } from 'node:http'

import * as v from 'valibot'
import { vi } from 'vitest'

import { boxApps } from '../../kit/app.ts'
import { feedOf } from '../../kit/deployment.ts'
import { type MemoryFiles, memoryImageFiles } from '../../kit/memory-files.ts'
import { memoryImages } from '../../kit/memory-stores.ts'
import type { MiniProgram } from '../../lib/apps.ts'
import { readPush } from '../../lib/callback/authenticate.ts'
import { handleEvent } from '../../lib/callback/callback.ts'
import { type CheckArrival, type CheckImagesDeps, checkImages } from '../../lib/images/check-images.ts'
import { parseImageCheck } from '../../lib/images/image-check-message.ts'
import { checkingKey, imageKey } from '../../lib/images/image-keys.ts'
import type { Image, ImageCheckMessage } from '../../lib/images/ports.ts'
import type { ConsumedQueue, Now, Queue } from '../../lib/ports.ts'
import { defaultCallback } from '../../local/wechat/defaults.ts'
import { id } from '../ids.ts'
import { listen } from '../listen.ts'
import { openReceiver, type Received } from '../local/wechat/receiver.ts'
import { patience } from '../patience.ts'
import { openSecondPair, twoPairs } from '../second-pair.ts'
import { openWorld, type Person } from '../world.ts'

const minuteMs = 60_000

/** The queue of checks by our clock: what is not deleted comes again, as with SQS. */
function memoryQueue(now: Now) {
  let messages: { handle: string; body: string; receives: number; visibleAt: number }[] = []
  let count = 0
  const queue: Queue<ImageCheckMessage> & ConsumedQueue = {
    async push(bodies, delaySeconds = 0) {
      for (const body of bodies) {
        count += 1
        const visibleAt = now() + delaySeconds * 1000
        messages.push({ handle: `${count}`, body: JSON.stringify(body), receives: 0, visibleAt })
      }
    },
    async retryIn(handle, seconds) {
      for (const it of messages) if (it.handle === handle) it.visibleAt = now() + seconds * 1000
    },
  }
  return {
    ...queue,
    receive(): CheckArrival[] {
      const visible = messages.filter(it => it.visibleAt <= now())
      for (const it of visible) {
        it.receives += 1
        it.visibleAt = now() + feedOf('check-images').visibilityMs
      }
      return visible.map(({ body, handle, receives }) => {
        return { message: parseImageCheck(body), messageId: handle, receiptHandle: handle, receives }
      })
    },
    delete(handles: ReadonlySet<string>) {
      messages = messages.filter(it => !handles.has(it.handle))
    },
    /** What waits, each with the seconds until it comes. */
    waiting: () =>
      messages.map(it => ({ message: parseImageCheck(it.body), inSeconds: (it.visibleAt - now()) / 1000 })),
  }
}

/** Opens the world with one person who has just logged in; it closes with the test. */
export async function openCheckWorld() {
  const receiver = await openReceiver()
  const world = await openWorld({ callback: { url: receiver.url, mode: 'secure' }, verdictDelayMs: 0 })
  const [images, files, checks] = [memoryImages(), memoryImageFiles(), memoryQueue(world.now)]
  const host = await openHost(files)
  const [mini] = boxApps.minis
  const { now, random, log, metrics } = world
  const readable = { ...files, readableUrl: async (key: string) => `${host}/${key}?at=${now()}` }
  const minis: CheckImagesDeps['minis'][number][] = [{ ...world.app('mini'), app: mini }]
  const base = { images, files: readable, minis, checks, scene: 4 as const, now, random, log }
  const person = await world.person()
  await world.control(`/people/${person.id}/login`, {})
  let heard = 0

  /** Takes a push as the callback of that mini program does. */
  const takePush = async ({ query, body }: Received, app: MiniProgram) => {
    const { token, aesKey: encodingAesKey } = defaultCallback
    const keys = { app, token, encodingAesKey, encryption: 'required' as const }
    const nowhere = { push: async () => {} }
    const deps = { app, apps: twoPairs, followers: nowhere, imageChecks: checks, log, metrics }
    await handleEvent(readPush(Object.fromEntries(query), body, { keys, now }).event, deps)
  }
  /** Takes all that is visible, as one batch. */
  const work = async (more: Partial<CheckImagesDeps> = {}) => {
    const arrivals = checks.receive()
    const again = new Set(await checkImages(arrivals, { ...base, ...more }, { until: now() + minuteMs }))
    checks.delete(new Set(arrivals.filter(it => !again.has(it)).map(it => it.receiptHandle)))
    return arrivals.length
  }
  /** Waits for so many more pushes of WeChat, and takes them as the callback does. */
  const hear = async (count: number) => {
    await receiver.until(heard + count)
    const pushes = receiver.received.slice(heard, heard + count)
    heard += count
    for (const it of pushes) await takePush(it, mini)
  }

  return {
    ...world,
    deps: base,
    images,
    files,
    checks,
    person,
    work,
    hear,
    /** A second mini program with one person who has just logged in, whose pictures are checked beside those of the first. */
    openShop: async () => {
      const ofShop = await openReceiver()
      const second = await openSecondPair(world, { callback: { url: ofShop.url, mode: 'secure' }, verdictDelayMs: 0 })
      const known = v.parse(v.object({ id: v.number(), miniOpenid: v.string() }), await second.control('/people', {}))
      await second.control(`/people/${known.id}/login`, {})
      minis.push(second.shop)
      let taken = 0
      return {
        ...second,
        /** What a picture of it has. */
        ofShop: { mini: second.shop.app.appid, miniOpenid: id(known.miniOpenid) },
        hear: async (count: number) => {
          await ofShop.until(taken + count)
          const pushes = ofShop.received.slice(taken, taken + count)
          taken += count
          for (const it of pushes) await takePush(it, second.shop.app)
        },
      }
    },
    /** Lets minutes go by, and works on what comes in each. */
    pass: async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        world.tick(minuteMs)
        await work()
      }
    },
    /** Waits until WeChat holds so many pushes back. */
    untilHeld: (count: number) =>
      vi.waitFor(async () => {
        const { held } = v.parse(v.object({ held: v.array(v.unknown()) }), await world.control('/callbacks?app=mini'))
        if (held.length < count) throw new Error(`${held.length} of ${count} are held`)
      }, patience),
    plan: (...outcomes: string[]) =>
      world.control(
        '/media-checks',
        outcomes.map(outcome => ({ outcome })),
      ),
    /** A picture that arrived just now, as functions/receive-images.ts leaves it. */
    arrive: async (more: Partial<Image> = {}) => {
      const image = imageOf(person, now(), more)
      await images.expect(image)
      files.put(checkingKey(image), new TextEncoder().encode('picture'))
      await checks.push([{ mini: image.mini, ask: image.id } satisfies ImageCheckMessage])
      return image
    },
    isServed: (image: Image) => files.get(imageKey(image)) !== undefined,
    stateOf: async ({ id }: Image) => {
      const stored = await images.find(id)
      return [stored?.state, stored?.reason]
    },
    checkCount: () => world.calls('/wxa/media_check_async'),
  }
}

export type CheckWorld = Awaited<ReturnType<typeof openCheckWorld>>

let made = 0

function imageOf({ miniOpenid }: Person, at: number, more: Partial<Image>): Image {
  made += 1
  const id = `${made}`.padStart(22, 'i')
  const [{ appid: mini }] = boxApps.minis
  const base = {
    id,
    owner: 'o'.repeat(22),
    mini,
    miniOpenid,
    contentType: 'image/png' as const,
    state: 'checking' as const,
  }
  return { ...base, size: 7, width: 1, height: 1, asks: 0, createdAt: at, at, ...more }
}

/** Gives out the files as the bucket does behind its signed URLs. */
async function openHost(files: MemoryFiles): Promise<string> {
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '', 'http://host').pathname.slice(1))
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'Content-Type': 'image/png' }).end(file)
  })
  return listen(server)
}
