/** The one API of this mini program. */

import { ApiError, createApi } from './api'
import { appName, baseUrl, boxLogin } from './config'

const settings = { wx, baseUrl, app: appName }
export const api = createApi(boxLogin === '' ? settings : { ...settings, code: askBox })

/** Gets a login code as WeChat in a box gives it to one of its people. */
function askBox(): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new ApiError('network', 0, `WeChat in a box: ${why}`))
    wx.request({
      url: boxLogin,
      method: 'POST',
      data: {},
      timeout: 10_000,
      success: ({ statusCode, data }) => {
        const code = typeof data === 'object' && 'code' in data ? data.code : undefined
        if (typeof code === 'string') resolve(code)
        else refuse(`status ${statusCode}`)
      },
      fail: ({ errMsg }) => refuse(errMsg),
    })
  })
}
