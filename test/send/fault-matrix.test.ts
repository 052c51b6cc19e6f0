/** Forty calls against each way in which WeChat fails: once, and for good. The table is printed. */

import { afterAll, describe, expect, it } from 'vitest'

import { TransportError, WeChatError } from '../../lib/errors.ts'
import { inParallel } from '../../lib/pool.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { openWorld, orderPaid } from '../world.ts'

const path = '/cgi-bin/message/template/send'
const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }
const calls = 40

type Outcome = 'ok' | 'transient' | 'quota' | 'config'
/** `once` may be a list: whether a reset is mended depends on whether it met a kept connection. */
type Case = {
  readonly name: string
  readonly fault: object
  readonly once: Outcome | readonly Outcome[]
  readonly always: Outcome
}

const cases: readonly Case[] = [
  ...[500, 502, 503, 412].map(
    status =>
      ({ name: `${status}`, fault: { kind: 'status', status }, once: 'transient', always: 'transient' }) as const,
  ),
  { name: 'empty 200', fault: { kind: 'empty-200' }, once: 'transient', always: 'transient' },
  { name: 'truncated JSON', fault: { kind: 'truncated' }, once: 'transient', always: 'transient' },
  { name: 'reset before processing', fault: { kind: 'reset-before' }, once: ['ok', 'transient'], always: 'transient' },
  { name: 'reset after processing', fault: { kind: 'reset-after' }, once: ['ok', 'transient'], always: 'transient' },
  { name: '2 s slow', fault: { kind: 'slow', ms: 2000 }, once: 'ok', always: 'ok' },
  { name: '-1', fault: { kind: 'errcode', errcode: -1 }, once: 'transient', always: 'transient' },
  ...[40001, 40014, 42001].map(
    errcode => ({ name: `${errcode}`, fault: { kind: 'errcode', errcode }, once: 'ok', always: 'config' }) as const,
  ),
  ...[45009, 45011].map(
    errcode => ({ name: `${errcode}`, fault: { kind: 'errcode', errcode }, once: 'quota', always: 'quota' }) as const,
  ),
  { name: 'raw control characters', fault: { kind: 'control-characters' }, once: 'ok', always: 'ok' },
  { name: 'errcode as string', fault: { kind: 'errcode-as-string' }, once: 'ok', always: 'ok' },
]

const table: string[] = []
afterAll(() => {
  const head = `${'fault'.padEnd(26)}${'met once'.padEnd(46)}met always`
  process.stdout.write(`\n${calls} calls of template/send against each fault\n${head}\n${table.join('\n')}\n`)
})

/** Makes forty calls, twenty at a time, and counts how they end and what left for WeChat. */
async function run({ fault }: Case, times: number) {
  const { app, control, person, box, calls: callsOf } = await openWorld()
  const { wechat, accessTokens } = app('official')
  const { openid } = await person({ following: true })
  await accessTokens.get()
  await control('/faults', { path, times, ...fault })
  const ends: Record<string, number> = {}
  let sent = 0
  await inParallel([...Array(calls).keys()], 20, async index => {
    const message = { openid, templateId: orderPaid.templateId, data, clientMsgId: `c${index}` }
    const call = withAccessToken(accessTokens, token => {
      sent += 1
      return wechat.sendTemplate(token, message)
    })
    const end = await call.then(() => 'ok', endOf)
    ends[end] = (ends[end] ?? 0) + 1
  })
  const ids = box.messages().map(it => it.clientMsgId)
  return { ends, sent, doubles: ids.length - new Set(ids).size, tokenCalls: await callsOf('/cgi-bin/stable_token') }
}

function endOf(error: unknown): string {
  if (error instanceof TransportError && error.failure === 'withheld') return 'withheld'
  if (error instanceof WeChatError || error instanceof TransportError) return error.class
  throw error
}

const told = ({ ends, sent, tokenCalls }: Awaited<ReturnType<typeof run>>) =>
  `${Object.entries(ends)
    .map(([end, count]) => `${count} ${end}`)
    .join(', ')}; ${sent} tries, ${tokenCalls} token`

describe.each(cases)('$name', it_ => {
  it('ends right for the call that meets it and for all others, with at most one try more', async () => {
    const once = await run(it_, 1)
    const always = await run(it_, 1000)
    table.push(`${it_.name.padEnd(26)}${told(once).padEnd(46)}${told(always)}`)

    const [end = 'ok', ...others] = Object.keys(once.ends).filter(it => it !== 'ok')
    expect([it_.once].flat()).toContain(end)
    expect([others, once.ends.ok, once.ends[end]]).toEqual([
      [],
      end === 'ok' ? calls : calls - 1,
      end === 'ok' ? calls : 1,
    ])
    expect(once.sent).toBeLessThanOrEqual(calls + 1)
    expect([once.doubles, always.doubles]).toEqual([0, 0])
    expect(once.tokenCalls).toBeLessThanOrEqual(2)
    // The stable call returned the refused token again, so another was forced.
    expect(always.tokenCalls).toBeLessThanOrEqual(it_.always === 'config' ? 3 : 2)
    const { withheld = 0, ...made } = always.ends
    expect(made).toEqual({ [it_.always]: calls - withheld })
    expect(always.sent).toBeLessThanOrEqual(it_.always === 'config' ? 2 * calls : calls)
  })
})
