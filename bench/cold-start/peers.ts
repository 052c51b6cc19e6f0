/** Handlers that do nothing but load a peer and, where it can be had with a line or two, ask it for an access_token. */

/** Each peer's source; without a `handler` it is only loaded. nest-wechat is nothing without the framework that it belongs to. */
export const peerSources: Readonly<Record<string, string>> = {
  'co-wechat-api': `
    const API = require('co-wechat-api')
    const { WECHAT_API_URL, WECHAT_OFFICIAL_APPID, OFFICIAL_SECRET } = process.env
    exports.handler = async () => {
      const api = new API(WECHAT_OFFICIAL_APPID, OFFICIAL_SECRET)
      api.prefix = WECHAT_API_URL + '/cgi-bin/'
      return { isToken: (await api.getAccessToken()).accessToken !== undefined }
    }`,
  'wechat-api': `
    const API = require('wechat-api')
    const { WECHAT_API_URL, WECHAT_OFFICIAL_APPID, OFFICIAL_SECRET } = process.env
    exports.handler = () => new Promise((resolve, reject) => {
      const api = new API(WECHAT_OFFICIAL_APPID, OFFICIAL_SECRET)
      api.endpoint = WECHAT_API_URL
      api.getAccessToken((error, token) => (error ? reject(error) : resolve({ isToken: token.accessToken !== undefined })))
    })`,
  'node-easywechat': `module.exports = { handler: undefined, all: require('node-easywechat') }`,
}

/** Of these the first answer is measured too. */
export const answering: ReadonlySet<string> = new Set(['co-wechat-api', 'wechat-api'])

/** What is the least of a function. */
export const emptyAnswer = 'async () => ({ statusCode: 200 })'
export const emptySource = `exports.handler = ${emptyAnswer}`
