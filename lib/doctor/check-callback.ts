/** Whether our callback answers WeChat's handshake, asked for as WeChat does. */

import { signQuery } from '../callback/signature.ts'
import { type Place, readLog, setSecrets } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

const path = '/callback'
/** WeChat sends a number of 19 digits; any will do. */
const echostr = '5202611220310000100'
const nonce = '20261122'

/**
 * WeChat tells nobody whether it is on: so it is said each time, before somebody loses their menu
 * (docs/wechat.md 12.3).
 */
const onceOn = 'Once it is switched on there, the menus and automatic replies that were made in the console stop'

/** Makes a signed GET to our own API; costs no call to WeChat. */
export async function checkCallback({ api, secrets, now, ...place }: DoctorDeps): Promise<Finding> {
  const url = `${api.address}${path}`
  const [token] = await Promise.allSettled([secrets.get('callback-token')])
  if (token?.status !== 'fulfilled' || token.value === undefined) {
    return notChecked('there is no callback-token to sign with (see the secrets)')
  }
  const query = signQuery({ timestamp: `${Math.floor(now() / 1000)}`, nonce }, token.value)
  try {
    const answer = await api.get(path, { ...query, echostr })
    if (answer.status === 200 && answer.text === echostr)
      return ok(`${url} answers the handshake; it belongs into ${pages.messagePush}. ${onceOn}`)
    return explainAnswer(answer, { url, place })
  } catch (error) {
    const hint = `see whether the stage is deployed, and its domain leads to it; then paste the URL into ${pages.messagePush}. ${onceOn}`
    return wrong(`${url} does not answer (${nameOf(error)})`, hint)
  }
}

type Asked = { readonly url: string; readonly place: Place }

function explainAnswer({ status, text }: { status: number; text: string }, { url, place }: Asked): Finding {
  if (text.includes('callback-unsigned')) {
    const hint = `if it was set anew, run this again in five minutes; if not, ${setSecrets(place)}`
    return wrong(`${url} goes by another callback-token`, hint)
  }
  if (text.includes('callback-stale')) return wrong(`${url} goes by another clock`, 'see the clock')
  const what = status === 200 ? 'with something else than the echostr' : `with HTTP ${status}`
  return wrong(
    `${url} answers ${what}`,
    `${readLog('callback', place)}; nothing that answers itself may stand before the API`,
  )
}
