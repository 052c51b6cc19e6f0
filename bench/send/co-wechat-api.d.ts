declare module 'co-wechat-api' {
  type Token = { accessToken: string; expireTime: number }

  class API {
    constructor(appid: string, appsecret: string)
    prefix: string
    getAccessToken(): Promise<Token>
    sendTemplate(openid: string, templateId: string, url: string, color: string, data: object): Promise<unknown>
  }
  export = API
}
