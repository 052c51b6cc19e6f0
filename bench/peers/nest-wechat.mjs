/** https://github.com/baaxl9vh/nest-wechat, as its README says; WeChat's address is fixed in it, so it is led to another. */

import { createRequire } from 'node:module'
import 'reflect-metadata'
import { WeChatService } from 'nest-wechat'

// As it does itself: `import` gives another axios.
const axios = createRequire(import.meta.url)('axios')
let to = ''
axios.interceptors.request.use(config => {
  config.url = config.url.replace('https://api.weixin.qq.com', to)
  return config
})

export function open(url, { official, mini }) {
  to = url
  const service = new WeChatService({ appId: official.appid, secret: official.appsecret })
  return {
    send: ({ openid, templateId, data }) =>
      service.sendTemplateMessage({ touser: openid, template_id: templateId, data }),
    login: code => service.mp.code2Session(code, mini.appid, mini.appsecret),
  }
}
