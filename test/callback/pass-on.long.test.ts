import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createHandler } from '../../functions/callback.ts'
import { createRandom } from '../../kit/random.ts'
import { createRests } from '../../lib/callback/forward-push.ts'
import { parsePassOn, passOnPushes } from '../../lib/callback/pass-on.ts'
import type { PublishedPush } from '../../lib/callback/published-push.ts'
import { inParallel } from '../../lib/pool.ts'
import { sign } from '../../local/wechat/signature.ts'
import { context, requestOf } from '../functions/context.ts'
import { type Behaviour, callbackKeys, openCallback, openTarget, replyText, targetOf } from './behind-us.ts'

const count = 10_000
const atOnce = 50
const kinds = [
  'subscribe',
  'unsubscribe',
  'TEMPLATESENDJOBFINISH',
  'CLICK',
  'text',
  'image',
  'voice',
  'video',
  'broken',
  'unknown',
] as const
type Kind = (typeof kinds)[number]

/** A push of this kind by the person of this number, as WeChat writes it. */
function messageOf(kind: Kind, n: number): string {
  const head = `<xml><ToUserName>gh_1</ToUserName><FromUserName>o${n}</FromUserName><CreateTime>1767225600</CreateTime>`
  if (kind === 'broken') return `${head}<MsgType>text`
  if (['text', 'image', 'voice', 'video'].includes(kind))
    return `${head}<MsgType>${kind}</MsgType><Content><![CDATA[${n}]]></Content><MsgId>${n}</MsgId></xml>`
  const more = kind === 'TEMPLATESENDJOBFINISH' ? `<MsgID>${n}</MsgID><Status>success</Status>` : ''
  return `${head}<MsgType>event</MsgType><Event>${kind}</Event>${more}</xml>`
}

const good: Behaviour = (_call, response, body) => void response.end(replyText(/<FromUserName>(\w+)/.exec(body)?.[1]))
const behaviours: Readonly<Record<string, Behaviour>> = {
  good,
  slow: (_call, response) => void sleep(4500, undefined, { ref: false }).then(() => response.end('success')),
  dead: call => void call.socket.destroy(),
  lying: (_call, response) => void response.end(replyText('oSomebodyElse')),
  huge: (_call, response) => void response.end('x'.repeat(10_000_000)),
}
const takes: Readonly<Record<string, Kind>> = {
  good: 'voice',
  slow: 'text',
  dead: 'CLICK',
  lying: 'subscribe',
  huge: 'image',
}

// A server behind us once held up our own work in a draft of this.
it(`of ${count} pushes each of ours is worked in, each is answered in time, and each passed on once`, async () => {
  const servers = await Promise.all(
    Object.entries(behaviours).map(async ([name, behave]) => ({ name, ...(await openTarget(behave)) })),
  )
  const targets = servers.map(({ name, url }) => {
    const kind = takes[name] ?? ''
    return targetOf(url, { name, only: { MsgType: [kind], Event: [kind] } })
  })
  const { deps, queued } = openCallback(targets)
  const rests = createRests(Date.now)
  const handler = createHandler(async () => ({
    ...deps,
    keys: async () => callbackKeys,
    replies: new Map(),
    forwarding: () => ({ ...deps, rests, targets }),
  }))
  const push = async (message: string) => {
    const [timestamp, nonce] = [`${Math.floor(Date.now() / 1000)}`, '1']
    const query = { timestamp, nonce, signature: sign(callbackKeys.token, timestamp, nonce) }
    const [began, timeEpoch] = [performance.now(), Date.now()]
    const answer = await handler(
      requestOf({ queryStringParameters: query, body: message, requestContext: { timeEpoch } as never }),
      context,
    )
    return { ms: performance.now() - began, ...answer }
  }
  const random = createRandom(20261129)
  const all = Array.from({ length: count }, (_, n) => ({
    n,
    kind: kinds[random(kinds.length)] ?? 'text',
  }))
  const answers = new Map<number, Awaited<ReturnType<typeof push>>>()
  await inParallel(all, atOnce, async ({ n, kind }) => {
    // Most pushes need no turn of the event loop: without one the timers of the others would never come.
    await turn()
    answers.set(n, await push(messageOf(kind, n)))
  })

  const times = [...answers.values()].map(it => it.ms).toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(times[Math.ceil(share * times.length) - 1] ?? 0)
  process.stdout.write(
    `answers to ${count} pushes: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms, longest ${at(1)} ms\n`,
  )
  expect(at(1)).toBeLessThan(5000)
  expect([...answers.values()].every(it => it.statusCode === 200)).toBe(true)

  const of = (...wanted: Kind[]) => all.filter(it => wanted.includes(it.kind))
  expect(queued.followers).toHaveLength(of('subscribe', 'unsubscribe').length)
  expect(queued.receipts).toHaveLength(of('TEMPLATESENDJOBFINISH').length)
  const got = servers.find(it => it.name === 'good')?.got ?? []
  expect(got.toSorted()).toEqual(
    of('voice')
      .map(it => messageOf('voice', it.n))
      .toSorted(),
  )
  for (const { n } of of('voice')) expect(answers.get(n)?.body).toBe(replyText(`o${n}`))
  for (const { n } of of('CLICK', 'subscribe', 'image', 'text')) expect(answers.get(n)?.body).toBe('success')

  // A bus that refuses every third, each time it is asked.
  const taken: PublishedPush[] = []
  let asked = 0
  const publish = async (pushes: readonly PublishedPush[]) => {
    const refused = new Set(pushes.flatMap((_, index) => (asked++ % 3 === 0 ? index : [])))
    taken.push(...pushes.filter((_, index) => !refused.has(index)))
    return { refused }
  }
  const passing = { apps: deps.apps, of: () => ({ ...deps, targets }), subscribers: [{ publish }], log: deps.log }
  let left = (queued.passOn ?? []).map((it, index) => ({ ...parsePassOn(JSON.stringify(it)), messageId: `${index}` }))
  for (let round = 0; left.length > 0 && round < 50; round++) {
    const again = new Set((await passOnPushes(left, passing)).map(it => it.messageId))
    left = left.filter(it => again.has(it.messageId))
  }
  expect(left).toEqual([])
  expect(taken).toHaveLength(count)
  expect(new Set(taken.map(it => it.detail.id)).size).toBe(count)
}, 300_000)
