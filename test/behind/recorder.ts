/** A server that keeps what it gets, and compares it with what the box pushed, byte for byte. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

import * as v from 'valibot'

import { openChat } from '../../kit/chat.ts'
import type { Control } from '../../kit/control.ts'
import type { Closing } from '../../local/closing.ts'
import { pickFreePort } from '../../local/ports.ts'
import { defaultCallback } from '../../local/wechat/defaults.ts'
import { sign } from '../../local/wechat/signature.ts'
import { modes, recorded } from './accounts.ts'
import { newPerson, until } from './world.ts'

type Request = { readonly body: Buffer; readonly query: URLSearchParams; readonly contentType: string | undefined }

export type Recorder = { readonly url: string; readonly requests: readonly Request[] }

/** Opens it; it answers nothing, as servers that only read along do. */
export async function openRecorder(closing: Closing): Promise<Recorder> {
  const port = await pickFreePort('127.0.0.1')
  const requests: Request[] = []
  const server = createServer(async (request, response) => {
    const query = new URL(request.url ?? '', 'http://127.0.0.1').searchParams
    requests.push({ body: await buffer(request), query, contentType: request.headers['content-type'] })
    response.end('success')
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  closing.add(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  return { url: `http://127.0.0.1:${port}/wechat?kept=1`, requests }
}

/** What parsers and writers of XML would change. */
const texts = ['<!DOCTYPE html><!ENTITY a "b">', 'a ]]> b &lt; "c" \' d', '  鹊桥\n\t🐦 ‮ é é  ']
const held = v.object({ held: v.array(v.object({ plain: v.string(), openid: v.string() })) })

/** Pushes texts, a follow and an unfollow in each mode of the box; returns how many came as they were. */
export async function compareBytes(control: Control, { requests }: Recorder): Promise<number> {
  for (const mode of modes) {
    await control('/callback', { app: recorded, mode, hold: true })
    const before = requests.length
    const pushed = await pushAll(control)
    await control('/callback/release', { app: recorded })
    await until(
      'the last push',
      async () => requests.length,
      it => it >= before + pushed.length,
    )
    const got = requests.slice(before)
    for (const push of pushed) checkPush(push, got, mode)
  }
  return requests.length
}

async function pushAll(control: Control): Promise<readonly { plain: string; openid: string }[]> {
  const { id } = await newPerson(control)
  await control(`/people/${id}/follow`, { app: recorded })
  const chat = openChat(control, id, recorded)
  for (const text of texts) await chat.write(text)
  await control(`/people/${id}/unfollow`, { app: recorded })
  return v.parse(held, await control(`/callbacks?app=${recorded}`)).held
}

/** Signed with the callback's own Token, because this server has none. */
function checkPush({ plain, openid }: { plain: string; openid: string }, got: readonly Request[], mode: string): void {
  const found = got.filter(it => it.body.equals(Buffer.from(plain)))
  if (found.length !== 1) throw new Error(`${mode}: came ${found.length} times as it was pushed: ${plain}`)
  const [{ query, contentType } = { query: new URLSearchParams(), contentType: '' }] = found
  const { signature, timestamp = '', nonce = '', ...more } = Object.fromEntries(query)
  if (signature !== sign(defaultCallback.token, timestamp, nonce)) throw new Error(`${mode}: the signature is wrong`)
  if (JSON.stringify(more) !== JSON.stringify({ kept: '1', openid }))
    throw new Error(`${mode}: more in the query: ${Object.keys(more)}`)
  if (contentType !== 'text/xml') throw new Error(`${mode}: the type of the content is ${contentType}`)
}
