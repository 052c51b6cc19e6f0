import type { App, Apps } from '../lib/apps.ts'
import type { Settings } from './environment.ts'
import { reachableHost } from './ports.ts'
import { readLocalTemplateLists } from './templates.ts'
import type { AppSetting } from './wechat/app-setting.ts'
import { defaultAccounts } from './wechat/defaults.ts'
import { openWeChat, type WeChatBox } from './wechat/server.ts'

type Lists = ReturnType<typeof readLocalTemplateLists>

/** Opens WeChat in a box, with the deployment's identities and templates, pushing its events to our callbacks. */
export function openBox({ host, ports, wechat, isTestAccount }: Settings): Promise<WeChatBox> {
  const { apps, appsecrets, callbackToken: token, callbackAesKey: aesKey } = wechat
  const [official, ...officials] = apps.officials
  const [mini, ...minis] = apps.minis
  const lists = readLocalTemplateLists(apps.officials)
  const templatesOf = ({ name }: App) => Object.values(lists.get(name) ?? {})
  const identityOf = ({ name, appid }: App) => ({ appid, appsecret: appsecrets[name] ?? '' })
  const url = `http://${reachableHost(host)}:${ports.api}/callback`
  const keys = { token, ...(aesKey === '' ? ({ mode: 'plain' } as const) : ({ mode: 'secure', aesKey } as const)) }
  return openWeChat({
    host,
    port: ports.wechat,
    accounts: {
      official: { ...identityOf(official), originalId: defaultAccounts.official.originalId },
      mini: { ...identityOf(mini), originalId: defaultAccounts.mini.originalId },
    },
    templates: templatesOf(official),
    enforceValues: !isTestAccount,
    callback: { url, ...keys },
    miniCallback: { url: `${url}/${mini.name}` },
    apps: [...officials, ...minis].map(app => ({
      ...identityOf(app),
      ...{ name: nameInBox(app), kind: app.kind, templates: templatesOf(app) },
      callback: { url: `${url}/${app.name}`, ...keys },
    })),
  })
}

/** Gives the templates of each Official Account to the box, as an edited list has them. */
export function setTemplates(box: Pick<WeChatBox, 'setTemplates'>, { officials }: Apps, lists: Lists): void {
  for (const [index, app] of officials.entries()) {
    const templates = Object.values(lists.get(app.name) ?? {})
    if (index === 0) box.setTemplates(templates)
    else box.setTemplates(templates, nameInBox(app))
  }
}

/** The box calls its first pair `official` and `mini`, whatever their names are, and no app `unknown`. */
function nameInBox({ name }: App): AppSetting['name'] {
  return ['official', 'mini', 'unknown'].includes(name) ? `app-${name}` : name
}
