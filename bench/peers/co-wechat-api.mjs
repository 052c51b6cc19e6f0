/** https://github.com/node-webot/co-wechat-api, as its README says. */

import API from 'co-wechat-api'

export function open(url, { official, mini }) {
  const api = new API(official.appid, official.appsecret)
  api.prefix = `${url}/cgi-bin/`
  const login = new API(mini.appid, mini.appsecret)
  login.snsPrefix = `${url}/sns/`
  return {
    send: ({ openid, templateId, data }) => api.sendTemplate(openid, templateId, '', '', data),
    login: code => login.code2Session(code),
  }
}
