import type { App } from '../lib/apps.ts'
import { listFile } from './apps.ts'
import { nameInBox, settingOf } from './box.ts'
import { type Environment, readSettings, type Settings } from './environment.ts'
import { type List, type Report, watchList } from './lists.ts'
import type { ParameterStore } from './parameter-store.ts'
import { appSecretsOf, secretsPrefix } from './secrets.ts'
import { readLocalReplies, templatesToWatch } from './templates.ts'
import type { WeChatBox } from './wechat/server.ts'
import type { WeChatKeys } from './wechat-keys.ts'

/** What uses the lists while the stack runs. */
type Users = {
  settings: Settings
  /** The environment of `npm start`, which has the secrets of apps. */
  env: Environment
  box: WeChatBox | undefined
  store: ParameterStore
  /** Starts the functions again with these apps, their queues and their schedules. */
  restart: (wechat: WeChatKeys) => Promise<void>
  report: Report
}

/** Rereads apps.json, templates.json and replies.json on change: all that runs uses them, and the terminal says what is new. */
export function watchLists({ settings, env, box, store, restart, report }: Users) {
  let { wechat } = settings
  const officials = () => wechat.apps.officials

  async function useApps(): Promise<void> {
    const known = new Set(appsOf(wechat).map(it => it.appid))
    wechat = readSettings(env).wechat
    store.set(appSecretsOf(secretsPrefix, wechat))
    for (const app of appsOf(wechat)) if (!known.has(app.appid)) addToBox(app)
    report('the functions start again with these apps …', true)
    await restart(wechat)
    report('the functions answer again', true)
  }

  function addToBox(app: App): void {
    try {
      box?.addApp(settingOf(app, { ...settings, wechat }))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      report(`WeChat in a box has not the new ${app.name} until npm start starts again: ${why}`)
    }
  }

  const apps: List = {
    file: listFile('apps.json'),
    read: () => new Map(appsOf(readSettings(env).wechat).map(it => [it.name, it])),
    use: useApps,
  }
  const first = wechat.apps.officials[0].name
  const boxNameOf = (app: App) => (app.name === first ? undefined : nameInBox(app))
  const templates = templatesToWatch(officials, lists => {
    for (const app of officials()) box?.setTemplates(Object.values(lists.get(app.name) ?? {}), boxNameOf(app))
  })
  // The functions have them in their bundle.
  const replies: List = {
    file: listFile('replies.json'),
    read: () => readLocalReplies(officials()),
    use: () => undefined,
  }
  const watchers = [apps, templates, replies].map(it => watchList(it, report))
  return { close: () => Promise.all(watchers.map(it => it.close())) }
}

function appsOf({ apps }: WeChatKeys): readonly App[] {
  return [...apps.officials, ...apps.minis]
}
