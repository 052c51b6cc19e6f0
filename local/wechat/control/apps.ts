/** The apps of the box: which there are, more of them, and another AppSecret for one. */
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

/** Reads an app that shall be added, as `POST /_box/apps` takes it. */
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

/** Adds an app; its secrets are told in this answer and never again, as in WeChat's console. */
function add({ box, input }: ControlCall) {
  const setting = readApp(input)
  const problem = box.apps.problemOf(setting)
  if (problem !== undefined) throw new ControlError(problem)
  return identityOf(box.apps.add(setting))
}

/** What anybody may know of an app. */
function describe(app: App) {
  const { name, kind, appid, originalId, platform } = app
  const about = { name, kind, appid, originalId, platform, callback: app.callbacks.state() }
  if (app.kind === 'mini') return about
  return { ...about, followers: app.followers.count(), templates: app.templates.all().length }
}

/** The old AppSecret ends at once; access tokens live on. */
function resetAppsecret({ box, input }: ControlCall) {
  const app = appOf(box, input)
  const appsecret = input.text('appsecret') ?? madeUpAppsecret(app)
  if (!isAppsecret(appsecret)) throw new ControlError('"appsecret" must be 32 hexadecimal digits')
  app.appsecret = appsecret
  return { app: app.name, appsecret }
}
