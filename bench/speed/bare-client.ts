/** Our client of WeChat with its token source and nothing around it: no tables, no queue, no log. */

import { openApp } from '../../kit/app.ts'
import { memoryTokens } from '../../kit/memory-stores.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { isId } from '../../lib/identifiers.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import type { Way } from '../peers/process.ts'

let sent = 0

export const open: Way['open'] = (url, _accounts, sockets) => {
  const transport = createTransport({ baseUrl: new URL(url), sockets })
  const { accessTokens, wechat } = openApp({ transport, tokens: memoryTokens() })
  return {
    send({ openid, templateId, data }) {
      if (!isId(openid)) throw new Error(`${openid} is no openid`)
      const texts = Object.fromEntries(Object.entries(data).map(([key, { value }]) => [key, value]))
      const message = { openid, templateId, data: texts, clientMsgId: `bench-${sent++}` }
      return withAccessToken(accessTokens, token => wechat.sendTemplate(token, message))
    },
  }
}
