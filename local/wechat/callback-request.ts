/** One request of the message push to the receiver's URL. */
import { randomBytes, randomInt } from 'node:crypto'
import type { CallbackConfig } from './callback-config.ts'
import { writeEnvelope } from './events.ts'
import { readReply } from './passive-reply.ts'
import type { Reply } from './reply-content.ts'
import { encrypt, sign } from './signature.ts'

/** How much of an answer is kept; the log of deliveries shows less. */
const longestReply = 64 * 1024
const shownOfAnswer = 500

/** What a request needs to know: the account, and the receiver's time. */
export type Sender = { appid: string; originalId: string; wallSeconds: number; timeoutMs: number; stop: AbortSignal }

/** The result of one request. */
export type CallbackAnswer = {
  outcome: 'accepted' | 'refused' | 'timeout' | 'unreachable'
  status?: number
  body?: string
}

/** The result of one delivery; `reply` if the receiver answered with a message. */
type PushAnswer = CallbackAnswer & { reply?: Reply }

/** Delivers an event or a message once: signed, and encrypted as the mode requires. */
export async function pushEvent(
  message: { openid: string; plain: string; isMessage?: true },
  config: CallbackConfig & { url: string },
  sender: Sender,
): Promise<PushAnswer> {
  const signed = signedQuery(config.token, sender)
  const query = new URLSearchParams({ ...signed, openid: message.openid })
  let body = message.plain
  if (config.mode !== 'plain') {
    const ciphertext = encrypt(message.plain, { aesKey: config.aesKey, appid: sender.appid }, randomBytes(16))
    query.set('encrypt_type', 'aes')
    query.set('msg_signature', sign(config.token, signed.timestamp, signed.nonce, ciphertext))
    const compatible = config.mode === 'compatible'
    body = writeEnvelope(ciphertext, {
      plain: message.plain,
      originalId: sender.originalId,
      compatible,
      format: config.format,
    })
  }
  const answer = await request(withQuery(config.url, query), sender, { method: 'POST', body })
  const question = { ...sender, openid: message.openid, isMessage: message.isMessage === true }
  const reply = answer.status === 200 ? readReply(answer.body ?? '', config, question) : undefined
  const judged = judge(answer, text => text === 'success' || text === '' || reply !== undefined)
  return reply === undefined ? judged : { ...judged, reply }
}

/** Performs the console's handshake: the URL must return the echostr and nothing else. */
export async function verifyUrl(config: CallbackConfig & { url: string }, sender: Sender): Promise<CallbackAnswer> {
  const echostr = String(randomInt(2 ** 47)).padStart(19, '5')
  const query = new URLSearchParams({ ...signedQuery(config.token, sender), echostr })
  const answer = await request(withQuery(config.url, query), sender, { method: 'GET' })
  return judge(answer, text => text === echostr)
}

function signedQuery(token: string, sender: Sender) {
  const timestamp = String(sender.wallSeconds)
  const nonce = String(randomInt(2 ** 31))
  return { signature: sign(token, timestamp, nonce), timestamp, nonce }
}

function withQuery(url: string, query: URLSearchParams): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

async function request(url: string, sender: Sender, init: { method: string; body?: string }): Promise<CallbackAnswer> {
  const limit = AbortSignal.timeout(sender.timeoutMs)
  const headers = {
    'User-Agent': 'Mozilla/4.0',
    Accept: '*/*',
    ...(init.body !== undefined && { 'Content-Type': 'text/xml' }),
  }
  try {
    const signal = AbortSignal.any([limit, sender.stop])
    const response = await fetch(url, { ...init, headers, signal, redirect: 'manual' })
    return { outcome: 'refused', status: response.status, body: (await response.text()).slice(0, longestReply) }
  } catch {
    return { outcome: limit.aborted ? 'timeout' : 'unreachable' }
  }
}

function judge(answer: CallbackAnswer, isRight: (text: string) => boolean): CallbackAnswer {
  const right = answer.status === 200 && answer.body !== undefined && isRight(answer.body)
  const shown = answer.body === undefined ? answer : { ...answer, body: answer.body.slice(0, shownOfAnswer) }
  return right ? { ...shown, outcome: 'accepted' } : shown
}
