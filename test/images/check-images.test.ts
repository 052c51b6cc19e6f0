import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

import { appids } from '../../kit/app.ts'
import { feedOf } from '../../kit/deployment.ts'
import type { CheckImagesDeps } from '../../lib/images/check-images.ts'
import { parseImageCheck } from '../../lib/images/image-check-message.ts'
import { checkingKey, imageKey } from '../../lib/images/image-keys.ts'
import type { ImageVerdict } from '../../lib/images/ports.ts'
import { miniAppid } from '../ids.ts'
import { patience } from '../patience.ts'
import { type CheckWorld, openCheckWorld } from './check-images-world.ts'

const path = '/wxa/media_check_async'
const { mini } = appids
const down = async () => {
  throw new Error('the process was killed')
}

/** A world in which WeChat was asked about one picture; of its checks come these outcomes, one after the other. */
async function openAsked(...outcomes: string[]) {
  const world = await openCheckWorld()
  if (outcomes.length > 0) await world.plan(...outcomes)
  const image = await world.arrive()
  await world.work()
  return { ...world, image }
}

/** The same once the first verdict has come, which nobody has acted on. */
async function openJudged(...outcomes: string[]) {
  const world = await openAsked(...outcomes)
  await world.hear(1)
  return world
}

/** So many pictures of the second mini program, and as many of the first. */
async function arriveByTurns(
  { arrive }: CheckWorld,
  { ofShop }: Awaited<ReturnType<CheckWorld['openShop']>>,
  count: number,
) {
  for (let turn = 0; turn < count; turn += 1) {
    await arrive(ofShop)
    await arrive()
  }
}

describe('checkImages', () => {
  it('serves a picture once WeChat let it pass, and not a moment before', async () => {
    const { image, work, isServed, stateOf, files, images, now } = await openJudged()
    expect(isServed(image)).toBe(false)
    expect(await images.find(image.id)).toMatchObject({ state: 'checking', asks: 1, at: now() })
    await work()
    expect(files.keys()).toEqual([imageKey(image)])
    expect(await stateOf(image)).toEqual(['served', undefined])
  })

  it.each(['risky', 'review'])('removes what is %s, and never serves it', async outcome => {
    const { image, work, pass, stateOf, files, lines } = await openJudged(outcome)
    await work()
    await pass(60)
    expect(files.keys()).toEqual([])
    expect(await stateOf(image)).toEqual(['refused', outcome])
    expect(lines.filter(it => it.event === 'images.refused')).toHaveLength(1)
  })

  it('asks again where WeChat could not fetch it, three times in all', async () => {
    const unreadable = ['unreadable', 'unreadable', 'unreadable']
    const { image, work, hear, pass, stateOf, files, checkCount } = await openAsked(...unreadable)
    for (const asks of [1, 2, 3]) {
      expect(await checkCount()).toBe(asks)
      expect(await stateOf(image)).toEqual(['checking', undefined])
      await hear(1)
      await work()
      // What kept WeChat from it has a minute to go by.
      expect(await checkCount()).toBe(asks)
      await pass(1)
    }
    expect(await checkCount()).toBe(3)
    expect(await stateOf(image)).toEqual(['refused', 'check-failed'])
    expect(files.keys()).toEqual([])
  })

  it('serves what WeChat could fetch at the second time', async () => {
    const { image, work, hear, pass, isServed } = await openJudged('unreadable', 'pass')
    await pass(2)
    await hear(1)
    await work()
    expect(isServed(image)).toBe(true)
  })

  it('asks again after half an hour without a verdict, three times in all', async () => {
    const { image, pass, stateOf, files, checks, checkCount } = await openAsked('missing', 'missing', 'missing')
    await pass(29)
    expect(await checkCount()).toBe(1)
    await pass(1)
    expect(await checkCount()).toBe(2)
    await pass(59)
    expect(await stateOf(image)).toEqual(['checking', undefined])
    await pass(1)
    expect(await stateOf(image)).toEqual(['refused', 'check-failed'])
    expect(await checkCount()).toBe(3)
    await pass(15)
    expect([files.keys(), checks.waiting()]).toEqual([[], []])
  })

  it('goes by the verdict on its last question when an earlier one comes late', async () => {
    const { arrive, work, hear, plan, pass, control, untilHeld, stateOf, isServed, lines, checks } =
      await openCheckWorld()
    await plan('pass', 'risky')
    await control('/callback', { app: 'mini', hold: true })
    const image = await arrive()
    await work()
    await untilHeld(1)
    await pass(30)
    await untilHeld(2)
    await control('/callback/release', { app: 'mini', order: ['e1'] })
    await hear(1)
    await pass(20)
    expect(isServed(image)).toBe(false)
    expect(lines.filter(it => it.event === 'check-images.unknown')).toHaveLength(1)
    await control('/callback/release', { app: 'mini', order: ['e2'] })
    await hear(1)
    await work()
    expect(await stateOf(image)).toEqual(['refused', 'risky'])
    await pass(15)
    expect([isServed(image), checks.waiting()]).toEqual([false, []])
  })

  it('keeps a verdict that is quicker than our write of its trace_id', async () => {
    const { arrive, work, hear, pass, images, isServed } = await openCheckWorld()
    const image = await arrive()
    let isFirst = true
    await work({
      images: {
        ...images,
        async move(next, from) {
          if (isFirst) {
            isFirst = false
            await hear(1)
            await work()
          }
          return images.move(next, from)
        },
      },
    })
    expect(isServed(image)).toBe(false)
    await pass(1)
    expect(isServed(image)).toBe(true)
  })

  it('takes the same verdict twice', async () => {
    const { image, work, hear, control, files, stateOf, lines } = await openJudged()
    await control('/callback/release', { app: 'mini', order: ['e1', 'e1'] })
    await hear(1)
    await work()
    await hear(1)
    await work()
    expect(files.keys()).toEqual([imageKey(image)])
    expect(await stateOf(image)).toEqual(['served', undefined])
    expect(lines.filter(it => it.event === 'images.served')).toHaveLength(1)
  })

  it('asks no more once it is decided, whatever else WeChat says', async () => {
    const { image, work, pass, images, checks, checkCount, isServed } = await openJudged()
    await work()
    const { traceId = '' } = (await images.find(image.id)) ?? {}
    await checks.push([
      { mini, verdict: { traceId, suggest: 'review', errcode: -1008 } },
      { mini, verdict: { traceId, suggest: 'risky', errcode: 0 } },
    ])
    await pass(20)
    expect([await checkCount(), isServed(image), checks.waiting()]).toEqual([1, true, []])
  })

  it('serves nothing where the picture is gone when the verdict comes', async () => {
    const { image, work, files, stateOf } = await openJudged()
    await files.remove(checkingKey(image))
    await work()
    expect([files.keys(), await stateOf(image)]).toEqual([[], ['refused', 'check-failed']])
  })

  it('asks once for two copies of a message at once', async () => {
    const { arrive, work, hear, pass, checks, images, isServed, checkCount, control } = await openCheckWorld()
    const image = await arrive()
    await checks.push([{ mini, ask: image.id }])
    await work()
    expect(checks.waiting().filter(it => 'ask' in it.message)).toMatchObject([{ inSeconds: 60 }])
    await pass(5)
    expect(await images.find(image.id)).toMatchObject({ asks: 1 })
    // The other one had signed the same URL, and was refused as a repeat.
    expect(await checkCount()).toBe(2)
    expect(await control('/media-checks')).toMatchObject({ checks: [{ outcome: 'pass' }] })
    await hear(1)
    await work()
    expect(isServed(image)).toBe(true)
  })

  it('asks again after a crash between the call and the write, and goes by the second answer', async () => {
    const { arrive, work, hear, pass, images, isServed, plan, stateOf } = await openCheckWorld()
    await plan('pass', 'risky')
    const image = await arrive()
    await work({ images: { ...images, move: down } })
    expect(await images.find(image.id)).toMatchObject({ asks: 0 })
    await pass(1)
    await hear(2)
    await pass(20)
    expect(isServed(image)).toBe(false)
    expect(await stateOf(image)).toEqual(['refused', 'risky'])
  })

  it('looks after a picture also where the first look was lost with the process', async () => {
    const { arrive, work, pass, checks, plan, checkCount } = await openCheckWorld()
    await plan('missing')
    await arrive()
    await work({ checks: { ...checks, push: down } })
    await pass(1)
    expect(await checkCount()).toBe(1)
    await pass(45)
    expect(await checkCount()).toBe(2)
  })

  it('takes back the copy of a picture that was refused while it was made', async () => {
    const { image, work, images, files, stateOf } = await openJudged()
    const copy: typeof files.copy = async (from, to, more) => {
      const stored = await images.find(image.id)
      if (stored !== undefined) await images.move({ ...stored, state: 'refused', reason: 'check-failed' }, 'checking')
      return files.copy(from, to, more)
    }
    await work({ files: { ...files, copy } })
    expect(files.keys()).toEqual([])
    expect(await stateOf(image)).toEqual(['refused', 'check-failed'])
  })

  it('puts off until the day’s quota is filled again, and asks for no others of the batch', async () => {
    const { arrive, work, control, checks, checkCount, pass, hear, isServed, tick, person } = await openCheckWorld()
    await control('/quota', { app: 'mini', path, day: 5, used: 5 })
    const pictures = await Promise.all(Array.from({ length: 12 }, () => arrive()))
    await work()
    expect(await checkCount()).toBe(5)
    // 45009 may be of a minute. Noon in China; SQS hides a message for twelve hours at most.
    const waits = () => new Set(checks.waiting().map(it => it.inSeconds))
    for (const [round, seconds] of [60, 600].entries()) {
      expect(waits()).toEqual(new Set([seconds]))
      tick(seconds * 1000)
      await work()
      expect(await checkCount()).toBe(5 * (round + 2))
    }
    expect(waits()).toEqual(new Set([11 * 3600]))
    await control('/quota', { app: 'mini', path, day: 50, used: 0 })
    tick(11 * 3_600_000)
    await control(`/people/${person.id}/login`, {})
    await pass(1)
    await hear(12)
    await pass(3)
    expect(pictures.filter(isServed)).toHaveLength(12)
  })

  it('waits for the next minute where this one’s calls are used up', async () => {
    const { arrive, work, control, checks, checkCount } = await openCheckWorld()
    await control('/quota', { app: 'mini', path, minute: 1 })
    await arrive()
    await work()
    await arrive()
    await work()
    expect(await checkCount()).toBe(2)
    expect(checks.waiting().filter(it => 'ask' in it.message)).toMatchObject([{ inSeconds: 60 }])
  })

  it.each([
    ['a busy WeChat', { kind: 'errcode', errcode: -1 }],
    ['no answer at all', { kind: 'reset-before' }],
    ['a gateway’s error', { kind: 'status', status: 502 }],
    ['an address that is not on the allow-list', { kind: 'errcode', errcode: 40164 }],
  ])('comes again after %s', async (_what, fault) => {
    const { arrive, work, control, checks, pass, hear, isServed } = await openCheckWorld()
    await control('/faults', { path, times: 2, ...fault })
    const image = await arrive()
    await work()
    expect(checks.waiting()).toEqual([{ message: { mini, ask: image.id }, inSeconds: 8 }])
    await pass(2)
    await hear(1)
    await pass(1)
    expect(isServed(image)).toBe(true)
  })

  it('renews an access token that WeChat does not take', async () => {
    const { arrive, work, control, hear, isServed } = await openCheckWorld()
    const [one, other] = [await arrive(), await arrive()]
    await work()
    await control('/tokens/revoke', { app: 'mini' })
    const third = await arrive()
    await work()
    await hear(3)
    await work()
    expect([one, other, third].map(isServed)).toEqual([true, true, true])
  })

  it('refuses what nobody can have checked: its owner has not been there for two hours', async () => {
    const { arrive, work, tick, files, stateOf, lines } = await openCheckWorld()
    tick(7_200_001)
    const image = await arrive()
    await work()
    expect(await stateOf(image)).toEqual(['refused', 'check-failed'])
    expect(files.keys()).toEqual([])
    expect(lines.find(it => it.event === 'images.uncheckable')).toMatchObject({ fields: { error: { errcode: 61010 } } })
  })

  // One refusal of SQS failed the whole invocation, and all of its messages came again.
  it('fails no message more when it cannot put one off', async () => {
    const { arrive, checks, control, hear, work, stateOf, pass, lines } = await openCheckWorld()
    const [one, other] = [await arrive(), await arrive()]
    await control('/faults', { path, kind: 'errcode', errcode: -1, times: 1 })
    const away = () => Promise.reject(new Error('SQS is away'))
    await work({ checks: { ...checks, retryIn: away } })
    expect(lines.filter(it => it.event === 'check-images.not-put-off')).toHaveLength(1)
    await hear(1)
    await pass(Math.ceil(feedOf('check-images').visibilityMs / 60_000))
    await hear(1)
    await work()
    expect([await stateOf(one), await stateOf(other)]).toEqual([
      ['served', undefined],
      ['served', undefined],
    ])
  })

  it('begins nothing that it has no time for', async () => {
    const { arrive, work, now, checkCount, checks } = await openCheckWorld()
    await arrive()
    let calls = 0
    await work({ now: () => now() + (calls++ === 0 ? 60_000 : 0) })
    expect(await checkCount()).toBe(0)
    expect(checks.waiting()).toMatchObject([{ inSeconds: 1 }])
  })

  it('asks as the mini program that a picture is of, and tells of each', async () => {
    const { arrive, work, hear, openShop, isServed, checkCount, lines } = await openCheckWorld()
    const shop = await openShop()
    const pictures = [await arrive(), await arrive(shop.ofShop)]
    await work()
    expect([await checkCount(), await shop.calls(path)]).toEqual([1, 1])
    await hear(1)
    await shop.hear(1)
    await work()
    expect(pictures.map(isServed)).toEqual([true, true])
    const told = lines.filter(it => /^images\.(asked|served)$/.test(it.event)).map(it => it.fields)
    const apps = Map.groupBy(told, it => ('app' in it ? it.app : undefined))
    expect([apps.get('mini')?.length, apps.get('shop')?.length]).toEqual([2, 2])
  })

  it('puts off for a mini program whose quota is used up, and goes on asking for the other', async () => {
    const world = await openCheckWorld()
    const { work, checks, checkCount, lines } = world
    const shop = await world.openShop()
    await shop.control('/quota', { app: 'mini', path, day: 5, used: 5 })
    await arriveByTurns(world, shop, 12)
    await work()
    expect(await checkCount()).toBe(12)
    expect(await shop.calls(path)).toBeLessThanOrEqual(5)
    const waiting = checks.waiting().filter(it => 'ask' in it.message)
    expect(waiting).toHaveLength(12)
    expect(new Set(waiting.map(it => `${it.message.mini} ${it.inSeconds}`)).size).toBe(1)
    expect(waiting[0]).toMatchObject({ message: { mini: shop.ofShop.mini }, inSeconds: 60 })
    const failed = lines.filter(it => it.event === 'check-images.failed')
    expect(new Set(failed.map(it => 'app' in it.fields && it.fields.app))).toEqual(new Set(['shop']))
  })

  it('goes on for one mini program while WeChat lets the other wait', async () => {
    const world = await openCheckWorld()
    const { work, checkCount, deps } = world
    const shop = await world.openShop()
    const { promise: hanging, resolve } = Promise.withResolvers<string>()
    await arriveByTurns(world, shop, 12)
    const minis = deps.minis.map(it =>
      it.app.name === 'shop' ? { ...it, wechat: { mediaCheckAsync: () => hanging } } : it,
    )
    const batch = work({ minis })
    await vi.waitFor(async () => expect(await checkCount()).toBe(12), patience)
    resolve('trace-late')
    expect(await batch).toBe(24)
  })

  it('goes by no verdict that another mini program was told', async () => {
    const { image, work, pass, openShop, checks, images, stateOf, isServed, lines } = await openAsked('missing')
    const shop = await openShop()
    const { traceId = '' } = (await images.find(image.id)) ?? {}
    await checks.push([{ mini: shop.ofShop.mini, verdict: { traceId, suggest: 'pass', errcode: 0 } }])
    await checks.push([{ mini: shop.ofShop.mini, ask: image.id }])
    await pass(20)
    expect([isServed(image), await stateOf(image)]).toEqual([false, ['checking', undefined]])
    expect(await shop.calls(path)).toBe(0)
    expect(new Set(checks.waiting().map(it => it.message.mini))).toEqual(new Set([mini]))
    expect(lines.find(it => it.event === 'check-images.unknown')?.fields).toMatchObject({ app: 'shop', traceId })
    await checks.push([{ mini, verdict: { traceId, suggest: 'pass', errcode: 0 } }])
    await work()
    expect(isServed(image)).toBe(true)
  })

  it('refuses what was uploaded in a mini program that is in the list no more', async () => {
    const { arrive, work, files, stateOf, lines } = await openCheckWorld()
    const image = await arrive({ mini: miniAppid })
    await work()
    expect([files.keys(), await stateOf(image)]).toEqual([[], ['refused', 'check-failed']])
    const told = lines.find(it => it.event === 'images.uncheckable')
    expect(told?.fields).toMatchObject({ app: miniAppid, error: { message: expect.stringContaining(miniAppid) } })
  })

  it('ends in what WeChat said, wherever processes die on the way, and leaves nothing over', async () => {
    const world = await openCheckWorld()
    const { arrive, files, isServed, stateOf } = world
    const verdicts = fc.constantFrom<ImageVerdict['suggest']>('pass', 'review', 'risky')
    const deaths = fc.array(fc.boolean(), { maxLength: 30 })
    await expect(
      fc.assert(
        fc.asyncProperty(verdicts, deaths, async (suggest, script) => {
          const image = await arrive()
          const wasServed: boolean[] = []
          const deps = mortal(world, { suggest, script: [...script], look: () => wasServed.push(isServed(image)) })
          await drain(world, deps)
          const isPass = suggest === 'pass'
          expect(await stateOf(image)).toEqual(isPass ? ['served', undefined] : ['refused', suggest])
          expect([isServed(image), files.get(checkingKey(image))]).toEqual([isPass, undefined])
          expect(!isPass && wasServed.includes(true)).toBe(false)
        }),
        { numRuns: 60 },
      ),
    ).resolves.toBeUndefined()
  })
})

async function drain({ checks, work, tick }: CheckWorld, deps: Partial<CheckImagesDeps>): Promise<void> {
  for (let round = 0; checks.waiting().length > 0; round += 1) {
    if (round > 500) throw new Error('it never ends')
    await work(deps)
    tick(60_000)
  }
}

type Script = { readonly suggest: ImageVerdict['suggest']; readonly script: boolean[]; readonly look: () => void }

/** A process that dies where the script says so, before a call or after it was carried out; WeChat answers at once. */
function mortal(
  { images, files, checks, deps: { minis } }: CheckWorld,
  { suggest, script, look }: Script,
): Partial<CheckImagesDeps> {
  const mayDie =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A) => {
      look()
      if (script.pop()) return down()
      const result = await call(...args)
      return script.pop() ? down() : result
    }
  const mediaCheckAsync = async () => {
    const traceId = crypto.randomUUID()
    await checks.push([{ mini, verdict: { traceId, suggest, errcode: 0 } }])
    return traceId
  }
  const { copy, remove, readableUrl } = files
  return {
    images: { ...images, find: mayDie(images.find), move: mayDie(images.move) },
    files: { copy: mayDie(copy), remove: mayDie(remove), readableUrl },
    minis: minis.map(it => ({ ...it, wechat: { mediaCheckAsync: mayDie(mediaCheckAsync) } })),
    checks: { ...checks, push: mayDie(checks.push) },
  }
}

describe('parseImageCheck', () => {
  const id = 'i'.repeat(22)

  it('reads what is queued', () => {
    const verdict = { traceId: '62f11967-2b24d27a-34715985', suggest: 'pass', errcode: -1008 }
    for (const it of [
      { mini, ask: id },
      { mini, lookAfter: id },
      { mini, verdict },
    ]) {
      expect(parseImageCheck(JSON.stringify(it))).toEqual(it)
    }
  })

  it.each([
    '',
    'null',
    '{}',
    '{"ask":"../../x"}',
    `{"ask":"${id}","lookAfter":"${id}"}`,
    '{"verdict":{"traceId":"","suggest":"pass","errcode":0}}',
    '{"verdict":{"traceId":"t","suggest":"fine","errcode":0}}',
    '{"verdict":{"traceId":"t","suggest":"pass","errcode":"0"}}',
  ])('refuses %s, also of a mini program', body => {
    expect(() => parseImageCheck(body)).toThrow()
    expect(() => parseImageCheck(body.replace('{', `{"mini":"${mini}",`))).toThrow()
  })

  it.each(['', ',"mini":""', ',"mini":"mini"'])('refuses what names no mini program: %j', more => {
    expect(() => parseImageCheck(`{"ask":"${id}"${more}}`)).toThrow()
  })
})
