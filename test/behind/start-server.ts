/** Starts an SDK's server on a port of its own, and shows that it verifies what it gets. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'

import type { Closing } from '../../local/closing.ts'
import { pickFreePort } from '../../local/ports.ts'
import { type Behind, settingsOf } from './accounts.ts'
import type { Server } from './sdks.ts'
import { until } from './world.ts'

const host = '127.0.0.1'

/** Resolves with its address once it listens; on the closing it ends. */
export async function startServer(
  { sdk, command }: Server,
  accounts: readonly Behind[],
  closing: Closing,
): Promise<string> {
  const port = await pickFreePort(host)
  const url = `http://${host}:${port}`
  const [program = '', ...args] = command
  const env = { PATH: process.env.PATH, PORT: `${port}`, ACCOUNTS: settingsOf(accounts) }
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  child.stderr.on('data', chunk => (told = `${told}${chunk}`.slice(-2000)))
  const ended = once(child, 'exit')
  closing.add(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill()
    await ended
  })
  const failed = ended.then(() => Promise.reject(new Error(`the server of ${sdk} ended: ${told}`)))
  failed.catch(() => undefined)
  const listening = until(
    `the server of ${sdk}`,
    () => isListening(url),
    it => it,
  )
  await Promise.race([listening, failed])
  await Promise.all(accounts.map(({ path }) => checkRefusal(sdk, `${url}${path}`)))
  return url
}

function isListening(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

const forged = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1</CreateTime>
<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content><MsgId>1</MsgId></xml>`

/** A server that answers everybody would show nothing of our signatures. */
async function checkRefusal(sdk: string, url: string): Promise<void> {
  const query = new URLSearchParams({ signature: '0'.repeat(40), timestamp: '1767225600', nonce: '1', openid: 'o1' })
  const answer = await fetch(`${url}?${query}`, {
    method: 'POST',
    body: forged,
    headers: { 'content-type': 'text/xml' },
  })
  if ((await answer.text()).includes('<xml>')) throw new Error(`the server of ${sdk} answers what nobody signed`)
}
