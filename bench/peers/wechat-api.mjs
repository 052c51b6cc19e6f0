/** https://github.com/node-webot/wechat-api, as its README says; it has no login of mini programs. */

import { promisify } from 'node:util'
import API from 'wechat-api'

export function open(url, { official }) {
  const api = new API(official.appid, official.appsecret)
  api.endpoint = url
  const sendTemplate = promisify(api.sendTemplate.bind(api))
  return { send: ({ openid, templateId, data }) => sendTemplate(openid, templateId, '', data) }
}
