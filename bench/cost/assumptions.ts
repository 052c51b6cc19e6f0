/**
 * What is assumed of the three ways whose cost is compared, beside what is counted: one file, so that everybody can change it and
 * run `npm run bench -- --part cost` again.
 *
 * **Naive**: a Lambda for each message, which fetches an access_token for it, finds the openid, sends, writes what became of it,
 * and logs the event and the answer; a Lambda for each receipt, which logs the push. Nothing watches it.
 *
 * **Typical**: co-wechat-api in a Lambda that takes ten messages at a time, with the token in a table as its README says, a line
 * of the log for each message; a Lambda for each receipt, which updates its row. Five alarms.
 *
 * **Ours**: as it is deployed, with `RECEIPTS=on`, and with `RECEIPTS=off`.
 *
 * All of them run on arm64 with the same memory, behind the same NAT for WeChat's allow-list of addresses, with the same HTTP API.
 */

import { hours } from '../../tools/costs/counts.ts'
import type { Watched } from '../../tools/costs/month.ts'

/** Milliseconds until WeChat and AWS answer, which a function waits for and pays for. */
export const latency = { wechatMs: 100, awsMs: 5 }

/** MB that a function is given; as much of a core comes with it (Lambda: 1,769 MB for one). */
export const memoryMb = 512
const coreMb = 1769

/** What each exchange with WeChat takes beside what HTTP counts: records of TLS, heads of TCP and IP, their acknowledgements. */
export const wireBytes = 270

/** The head that the HTTP API puts around an answer. */
export const answerHeadBytes = 250

/** One line of the HTTP API's access log (serverless.yml), and the three lines that Lambda writes of each invocation by default. */
export const accessLineBytes = 300
export const reportLinesBytes = 330
/** CloudWatch counts so much for each line beside its text. */
export const lineBytes = 26

/** Of each way: messages to an invocation, and whether Lambda logs each of them and the HTTP API each request. */
export const ways = {
  naive: { messages: 1, reports: true, accessLog: false },
  typical: { messages: 10, reports: true, accessLog: false },
  ours: { messages: 100, reports: false, accessLog: true },
  unasked: { messages: 100, reports: false, accessLog: true },
} as const
export type Way = keyof typeof ways

/** Whether a way is ours: `unasked` is where nobody asks for receipts. */
export function isOurs(way: Way): way is 'ours' | 'unasked' {
  return way === 'ours' || way === 'unasked'
}

/** Lambda asks a queue by five connections, for up to 20 s each: so often a month. */
const pollsOfAQueue = 5 * 3 * 60 * hours
const unwatched: Watched = { alarms: 0, dashboards: 0, metrics: 0, ticks: 0, polls: pollsOfAQueue, looks: 0 }

/** How the others are watched; they keep what they write of a message for as long as ours does, and once. */
export const others = {
  naive: { watched: unwatched, hasRecovery: false },
  typical: { watched: { ...unwatched, alarms: 5 }, hasRecovery: false },
} satisfies Partial<Record<Way, { watched: Watched; hasRecovery: boolean }>>

/** A queue hands over so many messages to a request at most. */
const mostPerReceive = 10

/** Requests of SQS for each message that a queue takes, beside those of functions: pushed one by one, received and deleted in runs. */
export function queueRequestsOf(batchSize: number): { pushed: number; taken: number } {
  return { pushed: 1, taken: 2 / Math.min(batchSize, mostPerReceive) }
}

/** The milliseconds that Lambda bills: what was waited, and the processor's work on the share of a core that the memory brings. */
export function billedMs({ ms, cpuMs }: { readonly ms: number; readonly cpuMs: number }): number {
  return ms + cpuMs * (coreMb / memoryMb - 1)
}
