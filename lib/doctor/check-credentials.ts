/** Whether WeChat takes an app's appid and appsecret. */

import type { App } from '../apps.ts'
import { ConfigError, TransportError, WeChatError } from '../errors.ts'
import { type Place, setSecrets } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { explain, told } from './explain.ts'
import type { AccountFacts, MiniFacts } from './facts.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** Checks one app; costs one call of the token API, which every other check of this app shares. */
export async function checkCredentials(facts: AccountFacts | MiniFacts, place: DoctorDeps): Promise<Finding> {
  const { app, isAskingHarmless } = facts
  try {
    await facts.token()
    const how = isAskingHarmless ? 'WeChat takes its appsecret' : 'there is an access_token'
    return ok(`${app.appid}: ${how}`)
  } catch (error) {
    return explainTokenFailure(error, { app, place })
  }
}

type Asked = { readonly app: App; readonly place: Place }

function explainTokenFailure(error: unknown, asked: Asked): Finding {
  if (error instanceof ConfigError) return notChecked(`${error.problems.join('; ')} (see the secrets)`)
  if (error instanceof TransportError) {
    const hint = 'see whether the function has a way out: its subnet’s route to the NAT gateway, WECHAT_API_URL'
    return wrong(error.message, hint)
  }
  if (!(error instanceof WeChatError)) return explain(error)
  const hint = hintOf(error.errcode, asked)
  return hint === undefined ? explain(error) : wrong(`${asked.app.appid}: ${told(error)}`, hint)
}

/** What mends a refusal at the token calls (docs/wechat.md 3.3); undefined for what is not theirs alone. */
function hintOf(errcode: number, { app: { kind, appid }, place }: Asked): string | undefined {
  const page = pages[kind]
  switch (errcode) {
    case 40001:
    case 40125:
    case 41004:
      return `the appsecret is not that of ${appid}, or was reset: ${page.secret}: reset it there, then ${setSecrets(place)}`
    case 40013:
    case 41002:
      return `no app has this appid: copy it from ${page.secret}, and deploy with it in apps.json, or in WECHAT_${kind.toUpperCase()}_APPID`
    case 40243:
      return `the appsecret is frozen: ${page.secret}: 解冻; it takes ten minutes to act`
    case 61024:
      return 'this is the appid of a third-party platform: deploy with the appid of the app itself'
    case 89501:
    case 89502:
    case 89503:
    case 89504:
    case 89505:
      return `the app’s administrator has a message of WeChat on the phone, and must admit this address there`
    case 89506:
    case 89507:
      return `the app’s administrator has refused this address: for ${errcode === 89507 ? 'an hour' : 'a day'} nothing helps`
    case 48004:
    case 50002:
    case 50004:
    case 50007:
      return `the app is restricted: what for, and until when, says ${page.notices}`
    default:
      return undefined
  }
}
