/** The apps of the box: listing and adding them, and resetting an AppSecret. */
import { type App, identityOf } from '../app.ts'
import { type AppSetting, appKinds, isAppsecret, madeUpAppsecret } from '../app-setting.ts'
import { isFields } from '../json.ts'
import { readCallbackConfig } from './callback-input.ts'
import { ControlError, type Input, readInput } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appOf } from './which-app.ts'

/** Routes about apps. */
export const appRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/apps', run: ({ box }) => box.apps.all().map(describe) },
  { method: 'POST', path: '/apps', run: add },
  { method: 'POST', path: '/appsecret/reset', run: resetAppsecret },
]

/** Reads the body of `POST /_box/apps`. */
export function readApp(input: Input): AppSetting {
  const [appid, appsecret] = [input.text('appid'), input.text('appsecret')]
  const platform = input.get('platform') === null ? null : input.text('platform')
  const callback = input.get('callback')
  if (callback !== undefined && !isFields(callback)) throw new ControlError('"callback" must be an object')
  return {
    name: input.required('name', input.text('name')),
    kind: input.required('kind', input.choice('kind', appKinds)),
    ...(appid !== undefined && { appid }),
    ...(appsecret !== undefined && { appsecret }),
    ...(platform !== undefined && { platform }),
    ...(callback !== undefined && { callback: readCallbackConfig(readInput(callback)) }),
  }
}

/** Adds an app; only this answer has its secrets, as in WeChat's console. */
function add({ box, input }: ControlCall) {
  const setting = readApp(input)
  const problem = box.apps.problemOf(setting)
  if (problem !== undefined) throw new ControlError(problem)
  return identityOf(box.apps.add(setting))
}

/** An app without its secrets. */
function describe(app: App) {
  const { name, kind, appid, originalId, platform } = app
  const about = { name, kind, appid, originalId, platform, callback: app.callbacks.state() }
  if (app.kind === 'mini') return about
  return { ...about, followers: app.followers.count(), templates: app.templates.all().length }
}

/** The old AppSecret is invalid at once; access tokens stay valid. */
function resetAppsecret({ box, input }: ControlCall) {
  const app = appOf(box, input)
  const appsecret = input.text('appsecret') ?? madeUpAppsecret(app)
  if (!isAppsecret(appsecret)) throw new ControlError('"appsecret" must be 32 hexadecimal digits')
  app.appsecret = appsecret
  return { app: app.name, appsecret }
}
