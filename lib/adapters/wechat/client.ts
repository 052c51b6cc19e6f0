/** WeChat's server APIs for one app; only this file and shapes.ts know their paths and field names. */

import * as v from 'valibot'
import type { AppId } from '../../identifiers.ts'
import type { AccessToken, OutgoingMessage, TokenCall, WeChat } from '../../ports.ts'
import { templateNames } from '../../send/kinds/template-names.ts'
import type { Breaker } from '../../wechat/breaker.ts'
import { msgidOf, readAnswer } from './answer.ts'
import { maybe } from './lenient.ts'
import {
  followersOf,
  identityOf,
  infos,
  issuedOf,
  page,
  pageOf,
  qrCode,
  qrCodeOf,
  quota,
  quotaOf,
  session,
  templates,
  templatesOf,
  token,
} from './shapes.ts'
import type { Answer, Transport } from './transport.ts'
import { withAppsecret } from './with-appsecret.ts'

/** How tokens are issued: `stable` by stable_token, `classic` by cgi-bin/token. */
export type AccessTokenMode = 'stable' | 'classic'

export type WeChatOptions = {
  readonly appid: AppId
  /** Read for each call that needs it, and again with the value that WeChat refused, in case it was just rotated. */
  readonly appsecret: (refused?: string) => Promise<string>
  readonly transport: Transport
  readonly mode: AccessTokenMode
  readonly breaker: Breaker
  readonly watch: (error: unknown) => void
  /** Our clock in seconds, for answers without a Date header. */
  readonly nowSeconds: () => number
}

/** An errcode of 0 means that WeChat accepted the message, whatever the msgid; an answer with neither is unusable. */
const sent = v.pipe(
  v.looseObject({ errcode: maybe(v.unknown()), msgid: v.optional(v.unknown()) }),
  v.check(({ errcode, msgid }) => errcode !== undefined || msgidOf(msgid) !== undefined),
)
const traced = v.object({ trace_id: v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/)) })

/** Creates the client of one app. */
export function createWeChat(options: WeChatOptions): WeChat {
  const { breaker, watch } = options
  const guarded =
    <A extends unknown[], T>(api: string, call: (...args: A) => Promise<T>, partOf?: (...args: A) => string) =>
    (...args: A) =>
      breaker
        .run(api, () => call(...args), partOf?.(...args))
        .catch(error => {
          watch(error)
          throw error
        })
  const calls = rawCalls(options)
  return {
    fetchAccessToken: guarded(tokenApi(options.mode), calls.fetchAccessToken),
    exchangeCode: guarded('jscode2session', calls.exchangeCode),
    followerPage: guarded('user/get', calls.followerPage),
    followerInfo: guarded('user/info/batchget', calls.followerInfo),
    sendTemplate: guarded(templateNames.api, calls.sendTemplate, (_token, message) => partOf(message)),
    quota: guarded('openapi/quota/get', calls.quota),
    accountTemplates: guarded('get_all_private_template', calls.accountTemplates),
    createQrCode: guarded('qrcode/create', calls.createQrCode),
    mediaCheckAsync: guarded('media_check_async', calls.mediaCheckAsync),
  }
}

function tokenApi(mode: AccessTokenMode): 'stable_token' | 'token' {
  return mode === 'stable' ? 'stable_token' : 'token'
}

/** A refused page says nothing about the template's messages without a page. */
function partOf({ templateId, page }: OutgoingMessage): string {
  return page === undefined ? templateId : `${templateId} with a page`
}

function rawCalls({ appid, appsecret, transport, mode, nowSeconds }: WeChatOptions): WeChat {
  const at = (answer: Answer) => answer.at ?? nowSeconds()

  return {
    fetchAccessToken: withAppsecret(appsecret, async (secret, { leftMs, isForced }: TokenCall = {}) => {
      const credential = { grant_type: 'client_credential', appid, secret }
      const api = tokenApi(mode)
      const body = isForced ? { ...credential, force_refresh: true } : credential
      const call =
        mode === 'stable'
          ? { api, path: '/cgi-bin/stable_token', query: {}, body, safe: true }
          : { api, path: '/cgi-bin/token', query: credential, safe: false }
      const answer = await transport({ ...call, ...(leftMs && { leftMs }) })
      return issuedOf(readAnswer(api, answer, token, [secret]))
    }),

    exchangeCode: withAppsecret(appsecret, async (secret, code) => {
      const api = 'jscode2session'
      const query = { appid, secret, js_code: code, grant_type: 'authorization_code' }
      // Not safe to repeat: the code is single-use, so a second call may find it used (40163).
      const answer = await transport({ api, path: '/sns/jscode2session', query, safe: false })
      return identityOf(readAnswer(api, answer, session, [secret, code]))
    }),

    async followerPage(accessToken, after) {
      const api = 'user/get'
      const query = { access_token: accessToken, ...(after === undefined ? {} : { next_openid: after }) }
      const answer = await transport({ api, path: '/cgi-bin/user/get', query, safe: true })
      return pageOf(readAnswer(api, answer, page, [accessToken]), at(answer))
    },

    async followerInfo(accessToken, openids) {
      const api = 'user/info/batchget'
      const body = { user_list: openids.map(openid => ({ openid })) }
      const call = { api, path: '/cgi-bin/user/info/batchget', query: { access_token: accessToken }, body, safe: true }
      const answer = await transport(call)
      return followersOf(readAnswer(api, answer, infos, [accessToken]), at(answer))
    },

    async sendTemplate(accessToken, message) {
      const { api, path } = templateNames
      // Safe to repeat: for ten minutes the client_msg_id makes a repeat harmless.
      const answer = await transport({ api, path, query: query(accessToken), body: bodyOf(message), safe: true })
      return msgidOf(readAnswer(api, answer, sent, [accessToken, message.openid]).msgid)
    },

    async mediaCheckAsync(accessToken, { mediaUrl, openid, scene }) {
      const api = 'media_check_async'
      const body = { media_url: mediaUrl, media_type: 2, version: 2, scene, openid }
      // Safe to repeat: the same URL is refused (87020), and the retry uses another.
      const call = { api, path: '/wxa/media_check_async', query: query(accessToken), body, safe: true }
      return readAnswer(api, await transport(call), traced, [accessToken, mediaUrl, openid]).trace_id
    },

    ...qrCodeCalls(transport, at),
    ...accountCalls(transport),
  }
}

/** Calls about QR codes of an account. */
function qrCodeCalls(transport: Transport, at: (answer: Answer) => number): Pick<WeChat, 'createQrCode'> {
  return {
    async createQrCode(accessToken, scene, seconds) {
      const api = 'qrcode/create'
      const action = { action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: scene } } }
      // Safe to repeat: it makes another picture of the same scene.
      const call = { api, path: '/cgi-bin/qrcode/create', query: query(accessToken), safe: true }
      const answer = await transport({ ...call, body: { expire_seconds: seconds, ...action } })
      return qrCodeOf(readAnswer(api, answer, qrCode, [accessToken, scene]), at(answer))
    },
  }
}

/** Calls by which an account reads its own settings. */
function accountCalls(transport: Transport): Pick<WeChat, 'quota' | 'accountTemplates'> {
  return {
    async quota(accessToken, path) {
      const api = 'openapi/quota/get'
      const call = { api, path: '/cgi-bin/openapi/quota/get', query: query(accessToken), safe: true }
      const answer = await transport({ ...call, body: { cgi_path: path } })
      return quotaOf(readAnswer(api, answer, quota, [accessToken]))
    },

    async accountTemplates(accessToken) {
      const api = 'get_all_private_template'
      const path = '/cgi-bin/template/get_all_private_template'
      const answer = await transport({ api, path, query: query(accessToken), safe: true })
      return templatesOf(readAnswer(api, answer, templates, [accessToken]))
    },
  }
}

function query(accessToken: AccessToken) {
  return { access_token: accessToken }
}

function bodyOf(message: OutgoingMessage) {
  const { openid, templateId, data, clientMsgId, page, url } = message
  return {
    touser: openid,
    template_id: templateId,
    client_msg_id: clientMsgId,
    ...(page === undefined ? {} : { miniprogram: { appid: page.miniAppid, pagepath: page.path } }),
    ...(url === undefined ? {} : { url }),
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }])),
  }
}
