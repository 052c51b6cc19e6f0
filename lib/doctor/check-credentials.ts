/** Whether WeChat accepts an app's appid and appsecret. */

import type { App } from '../apps.ts'
import { ConfigError, TransportError, WeChatError } from '../errors.ts'
import { isLocal, type Place, setSecrets } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { explain, messageOf } from './explain.ts'
import type { AccountFacts, MiniFacts } from './facts.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** Checks one app; costs one call of the token API, shared with all other checks of this app. */
export async function checkCredentials(facts: AccountFacts | MiniFacts, place: DoctorDeps): Promise<Finding> {
  const { app, isAskingHarmless } = facts
  try {
    await facts.token()
    const how = isAskingHarmless ? 'WeChat accepts its appsecret' : 'there is an access_token'
    return ok(`${app.appid}: ${how}`)
  } catch (error) {
    return explainTokenFailure(error, { app, place })
  }
}

const wayToInternet =
  'check the function’s way to the internet: its subnet’s route to the NAT gateway, and WECHAT_API_URL'

type Asked = { readonly app: App; readonly place: Place }

function explainTokenFailure(error: unknown, asked: Asked): Finding {
  if (error instanceof ConfigError) return notChecked(`${error.problems.join('; ')} (see the secrets)`)
  if (error instanceof TransportError) {
    return wrong(
      error.message,
      isLocal(asked.place) ? 'check WECHAT_API_URL, and this machine’s network' : wayToInternet,
    )
  }
  if (!(error instanceof WeChatError)) return explain(error)
  const hint = hintOf(error.errcode, asked)
  return hint === undefined ? explain(error) : wrong(`${asked.app.appid}: ${messageOf(error)}`, hint)
}

/** How to fix a refused token call (docs/wechat.md 3.3); undefined for codes that other calls get too. */
function hintOf(errcode: number, { app: { kind, appid }, place }: Asked): string | undefined {
  const page = pages[kind]
  switch (errcode) {
    case 40001:
    case 40125:
    case 41004:
      return `the appsecret is not that of ${appid}, or was reset: ${page.secret}: reset it there, then ${setSecrets(place)}`
    case 40013:
    case 41002:
      return `no app has this appid: copy it from ${page.secret}, and ${isLocal(place) ? 'start the stack again' : 'deploy'} with it in apps.json, or in WECHAT_${kind.toUpperCase()}_APPID`
    case 40243:
      return `the appsecret is frozen: ${page.secret}: 解冻; it takes effect in ten minutes`
    case 61024:
      return 'this is the appid of a third-party platform: deploy with the appid of the app itself'
    case 89501:
    case 89502:
    case 89503:
    case 89504:
    case 89505:
      return `the app’s administrator has a message from WeChat on the phone, and must approve this address there`
    case 89506:
    case 89507:
      return `the app’s administrator has refused this address: wait ${errcode === 89507 ? 'an hour' : 'a day'}`
    case 48004:
    case 50002:
    case 50004:
    case 50007:
      return `the app is restricted; ${page.notices} says why, and until when`
    default:
      return undefined
  }
}
