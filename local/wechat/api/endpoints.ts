/** Every path of WeChat that the box plays. */
import { customSend, customTyping } from './custom-send.ts'
import type { Owner, SecretEndpoint, TokenEndpoint } from './endpoint.ts'
import { batchGet, userGet, userInfo } from './followers.ts'
import { checkSession, codeToSession } from './login.ts'
import { mediaCheckAsync } from './media-check.ts'
import { currentMenu, currentReplies, menuCreate, menuDelete, menuGet } from './menu.ts'
import { apiDomainIp, callbackCheck, callbackIp } from './network.ts'
import { qrCodeCreate } from './qr-code.ts'
import { clearQuota, clearQuotaBySecret, quotaEndpoints, ridGet } from './quota.ts'
import { send } from './send.ts'
import { allPrivateTemplates } from './template-list.ts'
import { stableToken, token } from './token.ts'

const quota = quotaEndpoints(path => ownerOf(path))

const endpoints = new Map<string, TokenEndpoint | SecretEndpoint>([
  ['/cgi-bin/token', token],
  ['/cgi-bin/stable_token', stableToken],
  ['/cgi-bin/user/get', userGet],
  ['/cgi-bin/user/info', userInfo],
  ['/cgi-bin/user/info/batchget', batchGet],
  ['/cgi-bin/qrcode/create', qrCodeCreate],
  ['/cgi-bin/message/template/send', send],
  ['/cgi-bin/template/get_all_private_template', allPrivateTemplates],
  ['/cgi-bin/openapi/quota/get', quota.get],
  ['/cgi-bin/openapi/quota/clear', quota.clear],
  ['/cgi-bin/openapi/rid/get', ridGet],
  ['/cgi-bin/clear_quota', clearQuota],
  ['/cgi-bin/clear_quota/v2', clearQuotaBySecret],
  ['/cgi-bin/get_api_domain_ip', apiDomainIp],
  ['/cgi-bin/getcallbackip', callbackIp],
  ['/cgi-bin/callback/check', callbackCheck],
  ['/cgi-bin/menu/create', menuCreate],
  ['/cgi-bin/menu/get', menuGet],
  ['/cgi-bin/menu/delete', menuDelete],
  ['/cgi-bin/get_current_selfmenu_info', currentMenu],
  ['/cgi-bin/get_current_autoreply_info', currentReplies],
  ['/cgi-bin/message/custom/send', customSend],
  ['/cgi-bin/message/custom/typing', customTyping],
  ['/sns/jscode2session', codeToSession],
  ['/wxa/checksession', checkSession],
  ['/wxa/media_check_async', mediaCheckAsync],
])

/** The endpoint at a path; case and slashes must be exact. */
export function endpointAt(path: string): TokenEndpoint | SecretEndpoint | undefined {
  return endpoints.get(path)
}

function ownerOf(path: string): Owner | undefined {
  const endpoint = endpoints.get(path)
  if (endpoint === undefined) return undefined
  return endpoint.auth === 'token' ? endpoint.of : 'any'
}
