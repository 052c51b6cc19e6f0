/** Whether an app's callback answers a handshake like WeChat's. */

import type { App } from '../apps.ts'
import { signQuery } from '../callback/signature.ts'
import { secretOf } from '../secret-names.ts'
import { isLocal, type Place, readLog, setSecrets } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** WeChat sends a number of 19 digits; any will do. */
const echostr = '5202611220310000100'
const nonce = '20261122'

/** WeChat does not reveal whether message push is on, so the warning is shown each time (docs/wechat.md 12.3). */
const onceOn = 'Once it is switched on there, the menus and automatic replies that were made in the console stop'
const pasted = { official: `${pages.official.messagePush}. ${onceOn}`, mini: pages.mini.messagePush }

/** Sends a signed GET to our own API; costs no call to WeChat. */
export async function checkCallback({ app }: { readonly app: App }, deps: DoctorDeps): Promise<Finding> {
  const { api, secrets, now } = deps
  const path = pathOf(app, deps)
  const url = `${api.address}${path}`
  const name = secretOf(app, 'callback-token')
  const [token] = await Promise.allSettled([secrets.get(name)])
  if (token?.status !== 'fulfilled' || token.value === undefined) {
    return notChecked(`there is no ${name} to sign with (see the secrets)`)
  }
  const query = signQuery({ timestamp: `${Math.floor(now() / 1000)}`, nonce }, token.value)
  try {
    const answer = await api.get(path, { ...query, echostr })
    if (answer.status === 200 && answer.text === echostr)
      return ok(`${url} answers the handshake${whereToPaste(app, deps)}`)
    return explainAnswer(answer, { url, name, place: deps })
  } catch (error) {
    return wrong(`${url} does not answer (${nameOf(error)})`, hintForSilence(app, deps))
  }
}

/** WeChat reaches no address of one machine, and the box knows it already. */
function whereToPaste({ kind }: App, deps: DoctorDeps): string {
  if (deps.isBox) return ''
  const what = isLocal(deps) ? 'a public URL that leads to it' : 'it'
  return `; paste ${what} into ${pasted[kind]}`
}

function hintForSilence({ kind }: App, deps: DoctorDeps): string {
  if (isLocal(deps)) return readLog('callback', deps)
  return `check that the stage is deployed and its domain points to it; then paste the URL into ${pasted[kind]}`
}

/** The default Official Account's has no name in it. */
function pathOf({ name }: App, { officials: [first] }: DoctorDeps): string {
  return name === first?.app.name ? '/callback' : `/callback/${name}`
}

type Asked = { readonly url: string; readonly name: string; readonly place: Place }

function explainAnswer({ status, text }: { status: number; text: string }, { url, name, place }: Asked): Finding {
  if (text.includes('callback-unsigned')) {
    const hint = `if it was changed just now, run this again in five minutes; if not, ${setSecrets(place)}`
    return wrong(`${url} uses another ${name}`, hint)
  }
  if (text.includes('callback-stale')) return wrong(`${url} rejects our clock`, 'see the check clock')
  const what = status === 200 ? 'with something other than the echostr' : `with HTTP ${status}`
  return wrong(`${url} answers ${what}`, `${readLog('callback', place)}; no proxy may answer in place of the API`)
}
