/** The reference: co-wechat-api's own send and nothing else, in a process of its own. */

import API from 'co-wechat-api'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { inParallel } from '../../lib/pool.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'

export type Message = {
  readonly openid: string
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
}
export type Sent = { readonly seconds: number; readonly cpuSeconds: number }

const { appid, appsecret } = defaultAccounts.official
const api = new API(appid, appsecret)
api.prefix = `${process.argv[2]}/cgi-bin/`

openPeer(process, { plain: { send } })
endWithParent()

/** Sends all messages, so many at once. */
async function send(messages: readonly Message[], width: number): Promise<Sent> {
  await api.getAccessToken()
  const began = { ms: performance.now(), cpuSeconds: usage().cpuSeconds }
  await inParallel(messages, width, async ({ openid, templateId, data }) => {
    const values = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]))
    await api.sendTemplate(openid, templateId, '', '', values)
  })
  return { seconds: (performance.now() - began.ms) / 1000, cpuSeconds: usage().cpuSeconds - began.cpuSeconds }
}
