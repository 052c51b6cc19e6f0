/** A stage whose WeChat answers each send with one msgid, which a number of JavaScript cannot hold. */

import { openServer } from '../../kit/listen.ts'
import { openStage } from './stage.ts'

export const exactMsgid = '271781022721654784'

/** Opens it: whatever else is asked is answered with a token. */
export async function openFixedWeChat() {
  const stage = await openStage(1)
  const server = await openServer(async (request, response) => {
    request.resume()
    const isSend = request.url?.startsWith('/cgi-bin/message/template/send') ?? false
    const text = isSend ? `{"errcode":0,"errmsg":"ok","msgid":${exactMsgid}}` : tokenAnswer
    response.writeHead(200, { 'content-type': 'application/json; encoding=utf-8' }).end(text)
  })
  return {
    ...stage,
    url: server.url,
    async close() {
      server.close()
      await stage.close()
    },
  }
}

const tokenAnswer = JSON.stringify({ access_token: 'a-token-of-this-stage', expires_in: 7200 })
