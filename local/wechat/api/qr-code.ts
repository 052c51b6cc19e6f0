/** POST /cgi-bin/qrcode/create (docs/wechat.md 5.4). */
import type { OfficialAccount } from '../app.ts'
import { field, textField } from '../json.ts'
import type { QrCode } from '../qr-codes.ts'
import type { OfficialEndpoint, Outcome, Refusal } from './endpoint.ts'

const longestSeconds = 2_592_000
const defaultSeconds = 60
const mostPermanentId = 100_000
const mostId = 4_294_967_295
const longestScene = 64

/** What each action_name makes. */
const actions = new Map([
  ['QR_SCENE', { isText: false, isPermanent: false }],
  ['QR_STR_SCENE', { isText: true, isPermanent: false }],
  ['QR_LIMIT_SCENE', { isText: false, isPermanent: true }],
  ['QR_LIMIT_STR_SCENE', { isText: true, isPermanent: true }],
])
type Action = { isText: boolean; isPermanent: boolean }

/** Makes a code. No page says which errcode a wrong body has. */
export const qrCodeCreate = {
  auth: 'token',
  method: 'POST',
  of: 'official',
  answer: ({ body }, account) => {
    const action = actions.get(textField(body, 'action_name'))
    if (action === undefined) return { errcode: 40052 }
    const scene = sceneOf(field(field(body, 'action_info'), 'scene'), action)
    const seconds = action.isPermanent ? defaultSeconds : secondsOf(field(body, 'expire_seconds'))
    if (scene === undefined || seconds === undefined) return { errcode: 40053 }
    return answerOf(make(account, scene, { ...action, seconds }), action.isPermanent ? undefined : seconds)
  },
} satisfies OfficialEndpoint

function sceneOf(scene: unknown, { isText, isPermanent }: Action): string | undefined {
  if (isText) {
    const text = textField(scene, 'scene_str')
    return text.length >= 1 && text.length <= longestScene ? text : undefined
  }
  const id = field(scene, 'scene_id')
  const isId =
    typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= (isPermanent ? mostPermanentId : mostId)
  return isId ? `${id}` : undefined
}

function secondsOf(value: unknown): number | undefined {
  if (value === undefined) return defaultSeconds
  const isGood = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= longestSeconds
  return isGood ? value : undefined
}

function make({ qrCodes }: OfficialAccount, scene: string, how: Action & { seconds: number }): QrCode | Refusal {
  if (!how.isPermanent) return qrCodes.addTemporary(scene, how.seconds)
  return qrCodes.addPermanent(scene) ?? { errcode: 45029 }
}

function answerOf(code: QrCode | Refusal, expire_seconds: number | undefined): Outcome {
  if ('errcode' in code) return code
  const { ticket, url } = code
  return { json: JSON.stringify({ ticket, expire_seconds, url }) }
}
