/** POST /wxa/media_check_async (docs/wechat.md 10): accepts the check, downloads afterwards, and pushes the verdict. */
import type { MiniProgram } from '../app.ts'
import type { Box } from '../box.ts'
import { downloadMedia } from '../download-media.ts'
import { field, textField } from '../json.ts'
import type { CheckOutcome, MediaCheck, PlannedOutcome } from '../media-checks.ts'
import type { Call, MiniEndpoint, Outcome, Refusal } from './endpoint.ts'

const imageType = 2
const version = 2
const scenes: readonly unknown[] = [1, 2, 3, 4]
/** A user who has not opened the mini program for this long cannot be named in a check. */
const activeMs = 2 * 3_600_000

const labels = { pass: 100, review: 20_006, risky: 20_002 }

/** Accepts a picture to check. Sound, media_type 1, is not simulated. */
export const mediaCheckAsync = {
  auth: 'token',
  method: 'POST',
  of: 'mini',
  shape: body => {
    const url = textField(body, 'media_url')
    const isRight = typeof field(body, 'media_type') === 'number' && field(body, 'version') === version
    return isRight && /^https?:$/.test(URL.parse(url)?.protocol ?? '') ? undefined : { errcode: 47001 }
  },
  answer: (call, mini) => {
    const who = readPerson(call, mini)
    if ('errcode' in who) return who
    if (mini.mediaChecks.isRepeat(textField(call.body, 'media_url'))) return { errcode: 87020 }
    return accept(call, mini, who)
  },
} satisfies MiniEndpoint

type Who = { person: number; openid: string; scene: number }

function readPerson({ box, body }: Call, { ids, logins }: MiniProgram): Who | Refusal {
  if (field(body, 'media_type') !== imageType) return { errcode: 40004 }
  const scene = field(body, 'scene')
  if (!scenes.includes(scene)) return { errcode: 40129 }
  const openid = textField(body, 'openid')
  const person = ids.byOpenid(openid)
  if (person === undefined) return { errcode: 40003 }
  const seenAt = logins.seenAt(person) ?? Number.NEGATIVE_INFINITY
  return box.clock.now() - seenAt > activeMs ? { errcode: 61010 } : { person, openid, scene: Number(scene) }
}

function accept({ box, body }: Call, mini: MiniProgram, who: Who): Outcome {
  const url = textField(body, 'media_url')
  const planned = mini.mediaChecks.next()
  const check = mini.mediaChecks.add({ ...who, address: url.split('?')[0] ?? '', outcome: planned.outcome })
  box.later(() => void carryOut({ box, mini, check }, { url, planned }), 0)
  return { json: JSON.stringify({ errcode: 0, errmsg: 'ok', trace_id: check.traceId }) }
}

type Work = { box: Box; mini: MiniProgram; check: MediaCheck }

async function carryOut({ box, mini, check }: Work, { url, planned }: { url: string; planned: PlannedOutcome }) {
  check.download = await downloadMedia(url)
  const outcome = 'problem' in check.download && check.outcome !== 'missing' ? 'unreadable' : check.outcome
  check.outcome = outcome
  if (outcome === 'missing') return
  const event = { openid: check.openid, event: 'wxa_media_check', fields: fieldsOf(mini, check.traceId, outcome) }
  box.later(() => mini.callbacks.emit(event), planned.afterMs ?? box.settings.verdictDelayMs)
}

function fieldsOf({ appid }: MiniProgram, trace_id: string, outcome: Exclude<CheckOutcome, 'missing'>) {
  const about = { appid, trace_id, version }
  if (outcome === 'unreadable') return { ...about, detail: [], errcode: -1008, errmsg: 'download media failed' }
  const result = { suggest: outcome, label: labels[outcome] }
  const detail = [{ strategy: 'content_model', errcode: 0, ...result, prob: 90 }]
  return { ...about, detail, errcode: 0, errmsg: 'ok', result }
}
