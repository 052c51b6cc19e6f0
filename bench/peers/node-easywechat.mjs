/** https://github.com/hpyer/node-easywechat, as its README says; its cache of tokens is a file in a folder of its own. */

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MiniApp, OfficialAccount } from 'node-easywechat'

export function open(url, { official, mini }) {
  const file_cache = { path: mkdtempSync(join(tmpdir(), 'queqiao-peer-')) }
  const http = { baseURL: url }
  const app = new OfficialAccount({ app_id: official.appid, secret: official.appsecret, http, file_cache })
  const miniApp = new MiniApp({ app_id: mini.appid, secret: mini.appsecret, http, file_cache })
  const client = app.getClient()
  return {
    async send({ openid, templateId, data }) {
      const json = { touser: openid, template_id: templateId, data }
      const response = await client.post('/cgi-bin/message/template/send', { json })
      return response.toObject()
    },
    login: code => miniApp.getUtils().codeToSession(code),
  }
}
