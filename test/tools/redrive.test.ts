/** `./queqiao redrive`: its options, its table, how events go back, and what it does when something fails. */

import type { Message } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import type { AsideQueue } from '../../local/stage/aside-queue.ts'
import { AskError } from '../../local/stage/explain-failure.ts'
import { type Letter, messageOf, readLetter } from '../../local/stage/letter.ts'
import { runRedrive } from '../../tools/redrive/command.ts'
import { type Options, parseOptions } from '../../tools/redrive/options.ts'
import { renderTable } from '../../tools/redrive/table.ts'
import { canary } from '../canary.ts'
import { openSession } from './session.ts'

const noon = Date.UTC(2026, 10, 22, 4)

function optionsOf(...args: string[]): Options {
  return parseOptions(args, {})
}

type Made = { id?: string; body?: string; at?: number; attributes?: Record<string, string> }
let made = 0

function aMessage({ id = 'a', body = JSON.stringify({ id, data: {} }), at = noon, attributes = {} }: Made): Message {
  const texts = Object.entries(attributes).map(([name, it]) => [name, { DataType: 'String', StringValue: it }])
  return {
    ...{ MessageId: `m${made++}`, ReceiptHandle: 'handle', Body: body },
    Attributes: { SentTimestamp: `${at}` },
    MessageAttributes: Object.fromEntries(texts),
  }
}

const aLetter = (it: Made = {}) => readLetter(aMessage(it))
const rejected = (it: Made = {}) => aLetter({ ...it, attributes: { reason: 'rejected: not JSON', ...it.attributes } })
const inDoubt = (it: Made = {}) => aLetter({ ...it, attributes: { reason: 'in-doubt: no answer' } })

describe('parseOptions', () => {
  it('looks into both queues, and moves nothing, when nothing is said', () => {
    expect(optionsOf()).toEqual({
      ...{ stage: 'local', queues: ['dlq', 'review'], isSending: false, evenInDoubt: false },
      limit: Number.POSITIVE_INFINITY,
    })
  })

  it('moves out of the dead-letter queue', () => {
    const options = optionsOf('--reason', 'overdue', '--send', '--limit', '10', '--stage', 'prod')
    expect(options).toMatchObject({ queues: ['dlq'], reason: 'overdue', isSending: true, limit: 10 })
  })
})

describe('what was put aside', () => {
  it('has the reason that was written', () => {
    const attributes = { reason: 'overdue: config: 40164' }
    expect(aLetter({ attributes })).toMatchObject({ id: 'a', kind: 'overdue', reason: 'overdue: config: 40164' })
    expect(aLetter({ body: 'x', attributes })).toMatchObject({ id: undefined })
  })

  it('was received too often where nobody wrote a reason', () => {
    expect(aLetter()).toMatchObject({ kind: 'received too often', reason: 'received too often' })
  })

  it('shows no openid, and no control character', () => {
    const { reason } = aLetter({ attributes: { reason: `rejected: ${canary.openid}\u001b[2J\n` } })
    expect(reason).toBe('rejected: … [2J ')
  })
})

describe('what goes back', () => {
  const careful = { evenInDoubt: false }
  const daring = { evenInDoubt: true }

  it('keeps since when it is on its way, and begins its attempts anew', () => {
    const letter = rejected({ attributes: { since: '1000', attempts: '7' } })
    expect(messageOf(letter, careful)).toEqual({ body: letter.body, attributes: { since: '1000' } })
    expect(messageOf(rejected(), careful)).toEqual({ body: letter.body, attributes: {} })
  })

  it('keeps its group, also under a new id', () => {
    const grouped = (it: Letter) => messageOf(it, daring)?.group
    const of = (attributes: Record<string, string>) => {
      const message = aMessage({ attributes })
      return readLetter({ ...message, Attributes: { ...message.Attributes, MessageGroupId: 'order-paid' } })
    }
    const groups = [of({ reason: 'overdue: no token' }), of({ reason: 'in-doubt: no answer' })].map(grouped)
    expect(groups).toEqual(['order-paid', 'order-paid'])
    expect(grouped(rejected())).toBeUndefined()
  })

  // With its old instant it would be put aside again by the first passing failure.
  it('has its thirteen days again, if it was overdue', () => {
    const letter = aLetter({ attributes: { reason: 'overdue: no token', since: '1000' } })
    expect(messageOf(letter, careful)?.attributes).toEqual({})
  })

  it('keeps the instant of its push if SQS moved it away; what may have been sent, the sender knows by its id', () => {
    expect(messageOf(aLetter({ at: 5000 }), careful)?.attributes).toEqual({ since: '5000' })
    const again = aLetter({ at: 5000, attributes: { since: '1000' } })
    expect(messageOf(again, careful)?.attributes).toEqual({ since: '1000' })
  })

  it('goes under a new id if its own is marked as perhaps sent, and the same each time', () => {
    const letter = inDoubt({ body: '{"id":"a:paid","to":{"unionid":"u"}}' })
    expect(messageOf(letter, careful)).toBeUndefined()
    expect(JSON.parse(messageOf(letter, daring)?.body ?? '')).toEqual({ id: 'a:paid:again', to: { unionid: 'u' } })
    const long = inDoubt({ id: 'x'.repeat(128) })
    expect(readLetter(aMessage({ body: messageOf(long, daring)?.body ?? '' })).id).toMatch(/^[0-9a-f]{64}:again$/)
    expect(messageOf(inDoubt({ body: 'x' }), daring)).toBeUndefined()
  })
})

describe('the table', () => {
  it('groups by reason, with the oldest of each', () => {
    const old = aLetter({ id: 'old', at: noon - 86_400_000 })
    const letters = [aLetter({ id: 'new' }), old, ...Array.from({ length: 3 }, () => rejected({ id: 'b' }))]
    const lines = renderTable(letters, new Set([old])).split('\n')
    expect(lines.slice(0, 3)).toEqual([
      '  count  oldest                     reason',
      '      3  2026-11-22 12:00 in China  rejected: not JSON (b)',
      '→     2  2026-11-21 12:00 in China  received too often (old)',
    ])
  })

  it('says what each kind asks of people', () => {
    const text = renderTable([aLetter(), rejected(), inDoubt()], new Set())
    expect(text).toContain('rejected: surely not sent; mend what the reason names first')
    expect(text).toContain('received too often: nobody wrote why')
    expect(text).toContain('in-doubt: may have been sent; --even-in-doubt sends it under a new id')
    expect(text).not.toContain('overdue')
  })
})

type Script = {
  args?: string[]
  /** How many pushes go well. */
  pushes?: number
  isDeletable?: boolean
  isReturnable?: boolean
  /** Nobody wants to go on once so many were pushed, or received. */
  leaveAfter?: number
  leaveAtReceive?: number
  /** How long (ms) each receive takes. */
  receiveMs?: number
}

/** Plays the command against a queue of these; `hidden` are those that nobody was given back. */
async function play(letters: readonly Letter[], script: Script = {}) {
  const { args = ['--queue', 'dlq', '--reason', 'all', '--send'], pushes = Number.POSITIVE_INFINITY } = script
  const { isDeletable = true, isReturnable = true, leaveAfter, leaveAtReceive, receiveMs = 0 } = script
  const pushed: string[] = []
  const { session, clock, leaving, data, text } = openSession(noon)
  const [visible, hidden] = [[...letters], new Set<Letter>()]
  const queue: AsideQueue = {
    ending: 'dlq',
    name: 'queqiao-local-events-dlq',
    count: async () => ({ waiting: letters.length, held: 0 }),
    async receive() {
      clock.now += receiveMs
      const taken = visible.splice(0, 10)
      for (const it of taken) hidden.add(it)
      if (hidden.size === leaveAtReceive) leaving.abort()
      return taken
    },
    async giveBack(run) {
      if (!isReturnable) throw new AskError('these credentials need sqs:ChangeMessageVisibility')
      for (const it of run) if (hidden.delete(it)) visible.push(it)
      return []
    },
    async remove(run) {
      if (!isDeletable) return [...run]
      for (const it of run) hidden.delete(it)
      return []
    },
  }
  const code = await runRedrive(optionsOf(...args), {
    ...session,
    queues: [queue],
    events: {
      name: 'queqiao-local-events',
      where: 'http://127.0.0.1:4566',
      async push({ body }) {
        if (pushed.length >= pushes) throw new AskError('these credentials need sqs:SendMessage')
        pushed.push(body)
        if (pushed.length === leaveAfter) leaving.abort()
      },
    },
  })
  return { code, pushed, visible, hidden, data, text: text() }
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => rejected({ id: `e${index}`, at: noon + index }))

describe('./queqiao redrive', () => {
  it('only looks, unless it is told to move', async () => {
    const args = ['--queue', 'dlq', '--reason', 'json']
    const { code, pushed, visible, hidden, text } = await play(many(25), { args })

    expect([code, pushed, visible.length, hidden.size]).toEqual([0, [], 25, 0])
    expect(text).toContain('queqiao-local-events-dlq: 25 events')
    const command = "./queqiao redrive --reason 'json' --send"
    expect(text).toContain(`25 would be moved; to move them back into queqiao-local-events · 移回: ${command}`)
  })

  it('tells programs what waits and how many were moved, and shows them no body', async () => {
    const looked = await play([rejected({ id: 'a', body: '{"id":"a","data":{"name1":"王小明"}}' })], { args: [] })
    const event = { id: 'a', reason: 'rejected: not JSON', at: '2026-11-22T04:00:00.000Z', group: undefined }
    expect(looked.data).toEqual([{ queues: [{ queue: 'queqiao-local-events-dlq', events: [event] }] }])
    const stopped = await play(many(25), { pushes: 3 })
    expect(stopped.data).toMatchObject([{ queues: [{ queue: 'queqiao-local-events-dlq', moved: 3 }] }])
  })

  it('moves, the oldest first, at most as many as it may', async () => {
    const args = ['--reason', 'JSON', '--send', '--limit', '12']
    const { code, pushed, visible, text } = await play(many(25), { args })

    expect([code, pushed.length, visible.length]).toEqual([0, 12, 13])
    const oldest = many(12).map(it => it.id)
    expect(pushed.map(it => JSON.parse(it).id).toSorted()).toEqual(oldest.toSorted())
    expect(text).toContain('moved 12/12')
    expect(text).toContain('✓ 12 of 12 moved back into queqiao-local-events · 已移回')
    expect(text).toContain('not sent again for 15 days')
  })

  it('moves only those that have the reason', async () => {
    const args = ['--reason', 'too often', '--send']
    const { pushed, visible } = await play([rejected({ id: 'r' }), aLetter({ id: 't' })], { args })
    expect([pushed.map(it => JSON.parse(it).id), visible.map(it => it.id)]).toEqual([['t'], ['r']])
    expect(await play(many(1), { args: ['--reason', 'no such', '--send'] })).toMatchObject({ code: 1, pushed: [] })
  })

  it('leaves what is in doubt where it is', async () => {
    const { code, pushed, visible } = await play([inDoubt(), rejected()])
    expect([code, pushed.length, visible.length]).toEqual([1, 1, 1])
  })

  it('says how to tell one that was sent a second time', async () => {
    const { text } = await play([inDoubt()], { args: ['--reason', 'all', '--send', '--even-in-doubt'] })
    expect(text).toContain('What was in doubt goes out under its id and ":again".')
  })

  it('deletes nothing that could not be pushed, and gives it back', async () => {
    const { code, pushed, visible, hidden, text } = await play(many(25), { pushes: 3 })

    expect([code, pushed.length, visible.length, hidden.size]).toEqual([1, 3, 22, 0])
    expect(text).toContain('✗ 3 of 25 moved back')
    expect(text).toContain('✗ these credentials need sqs:SendMessage')
  })

  it('says so if what was pushed cannot be deleted', async () => {
    const { code, visible, text } = await play(many(2), { isDeletable: false })
    expect([code, visible.length]).toEqual([1, 2])
    expect(text).toContain('2 more are pushed, and could not be deleted here: they stay as well')
  })

  it('gives back what is left when nobody wants to go on', async () => {
    const { code, pushed, visible, hidden, text } = await play(many(200), { leaveAfter: 5 })

    expect(code).toBe(130)
    expect(pushed.length + visible.length).toBe(200)
    expect([visible.length > 0, hidden.size]).toEqual([true, 0])
    expect(text).toContain(`Giving ${visible.length} back … · 正在归还\nStopped.`)
  })

  it('tells nothing of what it has not seen to its end', async () => {
    const { code, pushed, visible, text } = await play(many(500), { leaveAtReceive: 30 })

    expect([code, pushed, visible.length]).toEqual([130, [], 500])
    expect(text).not.toContain('queqiao-local-events-dlq')
    // One request of each lane was under way.
    expect(text).toMatch(/Giving (30|[4-9]0|100) back/)
  })

  // After that others see the messages too, and each would go out from both.
  it('looks and moves no longer than it hides the messages', async () => {
    const { code, visible, pushed, text } = await play(many(250), { receiveMs: 30_000 })

    expect([code, pushed.length < 250, visible.length]).toEqual([0, true, 250 - pushed.length])
    expect(text).toContain(`about ${visible.length} more did not come: look again`)
    expect(await play(many(10), { receiveMs: 300_000 })).toMatchObject({ code: 1, pushed: [] })
  })

  it('says when they come back by themselves, if they cannot be given back', async () => {
    const { code, text } = await play(many(3), { args: ['--queue', 'dlq'], isReturnable: false })
    expect(code).toBe(1)
    expect(text).toContain('✗ these credentials need sqs:ChangeMessageVisibility')
    expect(text).toContain('✗ 3 could not be given back: they come back by themselves in 5 min 0 s')
  })
})
