/**
 * A lean WeChat as a process of its own: it takes every message, answers after so long, and does nothing else. A template
 * may be in trouble: then its messages are never answered, or refused by 40037.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'

import { openServer } from '../../kit/listen.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { standInToken } from './stand-in-token.ts'

export type Trouble = { readonly templateId: string; readonly kind: 'hangs' | '40037' }

const [sendPath, tokenPath] = ['/cgi-bin/message/template/send', /^\/cgi-bin\/(stable_)?token/]
const token = JSON.stringify({ access_token: standInToken, expires_in: 7200 })
const [ok, refused] = ['{"errcode":0,"errmsg":"ok"}', '{"errcode":40037,"errmsg":"invalid template_id"}']
let latencyMs = 0
let trouble: Trouble | undefined
/** When the message of each number came (ms), while somebody wants to know. */
let arrivals: Map<number, number> | undefined
let msgid = 3_855_514_431_731_945_069n

const { url } = await openServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => void chunks.push(chunk))
  request.once('end', () => serve(request, response, chunks))
})
openPeer(process, { wechat: { url: () => url, setLatency, setTrouble, watch, usage } })
endWithParent()

function setLatency(ms: number): void {
  latencyMs = ms
}

function setTrouble(its: Trouble | undefined): void {
  trouble = its
}

/** Answers the arrivals since the last time, and goes on watching, or not. */
function watch(goesOn: boolean): ReadonlyMap<number, number> {
  const all = arrivals ?? new Map()
  arrivals = goesOn ? new Map() : undefined
  return all
}

function serve({ url = '' }: IncomingMessage, response: ServerResponse, chunks: readonly Buffer[]): void {
  const isSend = url.startsWith(sendPath)
  if (!isSend) return void answer(response, tokenPath.test(url) ? token : ok)
  const text = trouble === undefined && arrivals === undefined ? '' : Buffer.concat(chunks).toString()
  // By the number in what a phone shows.
  arrivals?.set(Number(/NO-(\d+)/.exec(text)?.[1]), Date.now())
  const isTroubled = trouble !== undefined && text.includes(trouble.templateId)
  if (isTroubled && trouble?.kind === 'hangs') return
  const body = isTroubled ? refused : `{"errcode":0,"errmsg":"ok","msgid":${msgid++}}`
  setTimeout(answer, latencyMs, response, body)
}

function answer(response: ServerResponse, text: string): void {
  response
    .writeHead(200, ['Content-Type', 'application/json; encoding=utf-8', 'Content-Length', `${text.length}`])
    .end(text)
}
