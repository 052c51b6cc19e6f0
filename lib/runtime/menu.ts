/** WeChat's calls about menus; without a breaker or a watch, for an operator waits for each answer. */

import { createMenuApi } from '../adapters/wechat/menu-api.ts'
import { createTransport } from '../adapters/wechat/transport.ts'
import { config } from '../config.ts'
import type { MenuApi } from '../menu/ports.ts'
import { leftOfInvocation } from './context.ts'

export function menuApi(): MenuApi {
  const { WECHAT_API_URL: baseUrl } = config('WECHAT_API_URL')
  return createMenuApi(createTransport({ baseUrl, remainingMs: leftOfInvocation }))
}
