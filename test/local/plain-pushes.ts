/** WeChat's servers in plain mode, which is all that a test account has: the console's handshake, and events. */

import { sign } from '../../local/wechat/signature.ts'
import { patience } from '../patience.ts'

const nonce = '1027534512'

/** Opens them for one callback URL, and the Token that the console was given. */
export function openPushes(url: string, token: string) {
  async function call(more: Record<string, string>, body?: string) {
    const timestamp = `${Math.floor(Date.now() / 1000)}`
    const query = new URLSearchParams({ signature: sign(token, timestamp, nonce), timestamp, nonce, ...more })
    const headers = { 'content-type': 'text/xml' }
    const how = body === undefined ? {} : { method: 'POST', headers, body }
    const answer = await fetch(`${url}?${query}`, { ...how, signal: AbortSignal.timeout(patience.timeout) })
    return { status: answer.status, body: await answer.text() }
  }

  return {
    handshake: (echostr: string) => call({ echostr }),
    /** `at` is in seconds; `fields` are those that only this event has. */
    event: (openid: string, { name, at, fields = '' }: { name: string; at: number; fields?: string }) =>
      call(
        { openid },
        `<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>
<CreateTime>${at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event>${fields}</xml>`,
      ),
  }
}
