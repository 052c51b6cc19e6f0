import type { App } from '../lib/apps.ts'
import type { Settings } from './environment.ts'
import { reachableHost } from './ports.ts'
import { readLocalTemplateLists } from './templates.ts'
import type { AppSetting } from './wechat/app-setting.ts'
import type { BoxState } from './wechat/box-state.ts'
import { defaultAccounts } from './wechat/defaults.ts'
import { type Beside, openWeChat, type WeChatBox } from './wechat/server.ts'

/** Opens WeChat in a box, with the deployment's identities and templates, pushing its events to our callbacks. */
export function openBox(settings: Settings, state?: BoxState, beside?: Beside): Promise<WeChatBox> {
  const { host, ports, wechat, isTestAccount } = settings
  const { apps, appsecrets } = wechat
  const [official, ...officials] = apps.officials
  const [mini, ...minis] = apps.minis
  const templates = Object.values(readLocalTemplateLists(apps.officials).get(official.name) ?? {})
  const identityOf = ({ name, appid }: App) => ({ appid, appsecret: appsecrets[name] ?? '' })
  const { url, ...keys } = callbackOf(settings)
  return openWeChat({
    host,
    port: ports.wechat,
    accounts: {
      official: { ...identityOf(official), originalId: defaultAccounts.official.originalId },
      mini: { ...identityOf(mini), originalId: defaultAccounts.mini.originalId },
    },
    templates,
    state,
    enforceValues: !isTestAccount,
    callback: { url, ...keys },
    miniCallback: { url: `${url}/${mini.name}` },
    miniProgramApi: `http://${reachableHost(host)}:${ports.api}`,
    apps: [...officials, ...minis].map(app => settingOf(app, settings)),
    ...(beside && { beside }),
  })
}

/** An app beside the first pair, as the box has it. */
export function settingOf(app: App, settings: Settings): AppSetting {
  const { apps, appsecrets } = settings.wechat
  const { url, ...keys } = callbackOf(settings)
  return {
    ...{ name: nameInBox(app), kind: app.kind, appid: app.appid, appsecret: appsecrets[app.name] ?? '' },
    templates: Object.values(readLocalTemplateLists(apps.officials).get(app.name) ?? {}),
    callback: { url: `${url}/${app.name}`, ...keys },
  }
}

function callbackOf({ host, ports, wechat: { callbackToken: token, callbackAesKey: aesKey } }: Settings) {
  const url = `http://${reachableHost(host)}:${ports.api}/callback`
  return { url, token, ...(aesKey === '' ? ({ mode: 'plain' } as const) : ({ mode: 'secure', aesKey } as const)) }
}

/** The box calls its first pair `official` and `mini`, whatever their names are, and no app `unknown`. */
export function nameInBox({ name }: App): AppSetting['name'] {
  return ['official', 'mini', 'unknown'].includes(name) ? `app-${name}` : name
}
