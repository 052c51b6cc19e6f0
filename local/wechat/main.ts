/** `npm run wechat`: WeChat in a box alone, for a back end in any language. */
import { readFileSync } from 'node:fs'
import type { AppSetting } from './app-setting.ts'
import { type CallbackConfig, callbackModes } from './callback-config.ts'
import { readApp } from './control/apps.ts'
import { readInput } from './control/input.ts'
import { defaultCallback } from './defaults.ts'
import { endWithNpm } from './end-with-npm.ts'
import { isFields, parseJson, textField } from './json.ts'
import { helpText } from './main-help.ts'
import { openWeChat, type WeChatBox } from './server.ts'
import type { TemplateSetting } from './templates.ts'

const defaultPort = 3100
const { env } = process
/** `PORT` is for this command only; the other variable names the box's port everywhere. */
const givenPort = env.PORT || env.WECHAT_PORT
const say = (text: string) => process.stdout.write(`${text}\n`)

const [option] = process.argv.slice(2)
if (option === undefined) await start()
else if (option === '--help' || option === '-h') process.stdout.write(helpText)
else {
  say(`There is no option ${option}: npm run wechat -- --help`)
  process.exitCode = 2
}

async function start(): Promise<void> {
  try {
    const box = await openBox()
    const stop = () => void box.close().then(() => say('stopped'))
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
    endWithNpm(stop)
    // The signal handlers are in place before the output says how to stop.
    introduce(box)
  } catch (error) {
    say(explain(error))
    process.exitCode = 1
  }
}

function openBox(): Promise<WeChatBox> {
  return openWeChat({
    host: env.HOST ?? '127.0.0.1',
    port: readPort(givenPort),
    apps: readApps(env.APPS),
    templates: readTemplates(),
    callback: readCallback(),
    ...readMiniProgramApi(env.MINI_PROGRAM_API),
  })
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === '') return defaultPort
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`${env.PORT ? 'PORT' : 'WECHAT_PORT'} is "${text}"; it must be a number up to 65535`)
  return Number(text)
}

/** Further apps, in the form of the control API. */
function readApps(text: string | undefined): AppSetting[] {
  if (text === undefined || text === '') return []
  const list = parseJson(Buffer.from(text))
  if (!Array.isArray(list) || !list.every(isFields)) throw new Error('APPS must be a JSON list of objects')
  return list.map(app => readApp(readInput(app)))
}

function readCallback(): Partial<CallbackConfig> {
  const url = env.CALLBACK_URL || undefined
  if (url !== undefined && !URL.canParse(url))
    throw new Error(`CALLBACK_URL is "${url}"; it must be an http or https address`)
  const mode = callbackModes.find(known => known === (env.CALLBACK_MODE || 'secure'))
  if (mode === undefined) throw new Error(`CALLBACK_MODE must be one of ${callbackModes.join(', ')}`)
  const token = env.CALLBACK_TOKEN || defaultCallback.token
  return { url, mode, token, aesKey: env.CALLBACK_AES_KEY || defaultCallback.aesKey }
}

function readMiniProgramApi(text: string | undefined): { miniProgramApi?: string } {
  if (text === undefined || text === '') return {}
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new Error(`MINI_PROGRAM_API is "${text}"; it must be an http or https address`)
  return { miniProgramApi: text.replace(/\/+$/, '') }
}

/** The project's own list, so that the names used in events are known here. */
function readTemplates(): TemplateSetting[] {
  const list = parseJson(readFileSync(new URL('../../templates.json', import.meta.url)))
  const local = isFields(list) && isFields(list.local) ? Object.values(list.local) : []
  return local.filter(isFields).map(entry => ({
    templateId: textField(entry, 'templateId'),
    title: textField(entry, 'title'),
    fields: readLabels(entry.fields),
  }))
}

function readLabels(fields: unknown): Record<string, string> {
  if (!isFields(fields)) return {}
  return Object.fromEntries(Object.keys(fields).map(key => [key, textField(fields, key)]))
}

function introduce(box: WeChatBox): void {
  say(`WeChat in a box   ${box.url}`)
  say(`console           ${box.url}${box.consolePath}`)
  say(`control API       ${box.url}/_box   (local/wechat/README.md)`)
  for (const { name, kind, appid, appsecret } of box.apps()) {
    say(`${kind === 'mini' ? 'mini program    ' : 'Official Account'}  ${appid}  secret ${appsecret}  ${name}`)
  }
  say(`callbacks to      ${env.CALLBACK_URL || 'nowhere; set CALLBACK_URL, or POST /_box/callback'}`)
  say('Ctrl-C stops it.')
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = readPort(givenPort)
    return `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port + 1} npm run wechat`
  }
  return error instanceof Error ? error.message : String(error)
}
