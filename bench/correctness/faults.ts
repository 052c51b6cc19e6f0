/** The faults, and what is seen of one subject under each: a figure for each row of the table. */

import { defaultAccounts } from '../../local/wechat/defaults.ts'
import type { Goal, Row, Value } from '../part.ts'
import type { Told } from '../peers/process.ts'
import { exactMsgid, openFixedWeChat } from './fixed-wechat.ts'
import { findLeak } from './leak.ts'
import { openStage, type Stage, sendPath } from './stage.ts'
import { isFailed, type Subject } from './subject.ts'

export type Seen = { readonly what: string; readonly value: Value } & Pick<Row, 'goal' | 'worse' | 'headline'>

const burst = 50
const resend = 'from a queue that gives again what failed'
type Fault = { readonly kind: string; readonly errcode?: number }

const codePath = '/sns/jscode2session'

/** Plays all faults for one subject, each on a stage of its own. */
export async function playAll(subject: Subject): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const { people, play } of plays) {
    const stage = await openStage(people)
    try {
      await subject.open(stage)
      seen.push(...(await play(subject, stage)))
    } finally {
      await stage.close()
    }
  }
  return [...seen, ...(await playMsgid(subject))]
}

type Play = { readonly people: number; readonly play: (subject: Subject, stage: Stage) => Promise<readonly Seen[]> }

const plays: readonly Play[] = [
  { people: burst, play: coldBurst },
  { people: burst, play: stolenToken },
  { people: 2, play: (subject, stage) => oneMessage('one -1', { kind: 'errcode', errcode: -1 }, subject, stage) },
  {
    people: 2,
    play: (subject, stage) => oneMessage('a reset before WeChat acts', { kind: 'reset-before' }, subject, stage),
  },
  {
    people: 2,
    play: (subject, stage) => oneMessage('a reset after WeChat acted', { kind: 'reset-after' }, subject, stage),
  },
  { people: 2, play: (subject, stage) => oneMessage('a truncated answer', { kind: 'truncated' }, subject, stage) },
  { people: 2, play: notFollowing },
  { people: 1, play: replayedCode },
  { people: 6, play: leaks },
]

async function coldBurst(subject: Subject, stage: Stage): Promise<Seen[]> {
  await subject.send(stage.people)
  return [
    {
      ...counted(`a cold burst of ${burst} sends: messages on phones`, stage.phone(), 'less', { atLeast: burst }),
      headline: { en: `cold burst of ${burst} sends: messages on phones`, zh: `冷启动突发 ${burst} 条：到达手机` },
    },
    {
      ...counted(`a cold burst of ${burst} sends: calls for a token`, await stage.tokenCalls(), 'more', { atMost: 1 }),
      headline: { en: `cold burst of ${burst} sends: calls for a token`, zh: `冷启动突发 ${burst} 条：取 token 次数` },
    },
  ]
}

/** All tokens are invalid at once, as when somebody else takes one; the next one is good. */
async function stolenToken(subject: Subject, stage: Stage): Promise<Seen[]> {
  await subject.send(stage.people.slice(0, 1))
  const before = { phone: stage.phone(), tokens: await stage.tokenCalls() }
  await stage.control('/tokens/revoke', { app: 'official' })
  await subject.send(stage.people)
  const what = `a stolen token, then ${burst} sends`
  return [
    {
      ...counted(`${what}: messages on phones`, stage.phone() - before.phone, 'less', { atLeast: burst }),
      headline: { en: `${what}: messages on phones`, zh: `token 被抢后 ${burst} 条：到达手机` },
    },
    counted(`${what}: calls for a token`, (await stage.tokenCalls()) - before.tokens, 'more', { atMost: 1 }),
  ]
}

async function oneMessage(what: string, fault: Fault, subject: Subject, stage: Stage): Promise<Seen[]> {
  const [warm, one] = stage.people
  if (warm === undefined || one === undefined) throw new Error('a stage of two')
  await subject.send([warm])
  const before = stage.phone()
  await stage.control('/faults', { path: sendPath, ...fault })
  await subject.deliver([one])
  const value = stage.phone() - before
  const row: Seen = { what: `${what}, ${resend}: messages on the phone (1 is right)`, value, worse: 'other' }
  if (fault.kind !== 'reset-after') return [row]
  return [{ ...row, headline: { en: `${what}: messages on the phone`, zh: '微信已处理、应答丢失：手机上的条数' } }]
}

/** 43004 says that the person does not follow: it is an error, and no queue can mend it. */
async function notFollowing(subject: Subject, stage: Stage): Promise<Seen[]> {
  await subject.send(stage.people.slice(0, 1))
  const before = await stage.calls(sendPath)
  await stage.fault(sendPath, 'errcode', { errcode: 43004, times: 20 })
  const told = await subject.deliver(stage.people.slice(1))
  const value = !isFailed(told[0]) ? 'taken for sent' : told[0]?.thrown === undefined ? 'in the answer' : 'an error'
  const calls = (await stage.calls(sendPath)) - before
  return [
    { what: '43004 (does not follow) is told as', value, worse: 'other' },
    counted(`43004, ${resend}: calls of send`, calls, 'more', { atMost: 1 }),
  ]
}

async function replayedCode(subject: Subject, stage: Stage): Promise<Seen[]> {
  const [person] = stage.people
  if (person === undefined) throw new Error('a stage of one')
  const code = await stage.code(person)
  const first = await subject.login(code)
  const second = await subject.login(code)
  const calls = first === undefined ? 'no login' : await stage.calls(codePath)
  const isSame = first === undefined ? 'no login' : second?.answer !== undefined && second.answer === first.answer
  return [
    { what: 'a login code twice: calls of jscode2session', value: calls, worse: 'more', goal: { atMost: 1 } },
    { what: 'a login code twice: the same answer', value: isSame, worse: 'other' },
  ]
}

/** Calls that fail in all ways; whatever is shown of them must hold neither the token nor the appsecret. */
async function leaks(subject: Subject, stage: Stage): Promise<Seen[]> {
  const told: (Told | undefined)[] = [...(await subject.send(stage.people.slice(0, 1)))]
  const faults = [
    { kind: 'status', status: 502 },
    { kind: 'truncated' },
    { kind: 'reset-before' },
    { kind: 'errcode', errcode: 43004 },
  ]
  for (const [at, fault] of faults.entries()) {
    await stage.control('/faults', { path: sendPath, ...fault })
    told.push(...(await subject.send(stage.people.slice(at + 1, at + 2))))
  }
  await subject.open(stage)
  for (const kind of ['status', 'reset-before']) {
    await stage.control('/faults', { path: '*', kind, ...(kind === 'status' ? { status: 502 } : {}) })
    told.push(...(await subject.send(stage.people.slice(5))))
  }
  const leakOf = (secrets: readonly string[]) =>
    findLeak(
      told.flatMap(it => it?.thrown ?? []),
      secrets,
    )
  return [
    {
      ...{ what: 'the access_token in an error', value: leakOf(stage.tokens()), worse: 'other' },
      headline: { en: 'the access_token in an error', zh: '错误里的 access_token' },
    },
    { what: 'the appsecret in an error', value: leakOf([defaultAccounts.official.appsecret]), worse: 'other' },
  ]
}

async function playMsgid(subject: Subject): Promise<Seen[]> {
  const stage = await openFixedWeChat()
  try {
    await subject.open(stage)
    const [told] = await subject.send(stage.people)
    return [{ what: `the msgid ${exactMsgid} is kept`, value: told?.msgid === exactMsgid, worse: 'other' }]
  } finally {
    await stage.close()
  }
}

function counted(what: string, value: number, worse: 'more' | 'less', goal: Goal): Seen {
  return { what, value, worse, goal }
}
