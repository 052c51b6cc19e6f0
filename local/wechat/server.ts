/** WeChat in a box: the WeChat server APIs, the control API and the console on one port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { identityOf } from './app.ts'
import type { AppSetting } from './app-setting.ts'
import { type Box, type BoxSettings, createBox } from './box.ts'
import { type BoxState, loadBox, saveBox } from './box-state.ts'
import type { CallbackConfig } from './callback-config.ts'
import { createGuard, type Guard } from './console/guard.ts'
import { serveConsole } from './console/serve-console.ts'
import { serveLive } from './console/serve-live.ts'
import { reply, serveControl } from './control/serve-control.ts'
import { defaultAccounts, defaultCallback } from './defaults.ts'
import { createLive } from './live.ts'
import type { Message } from './message.ts'
import { serveApi, splitTarget } from './serve-api.ts'
import { showQrCode } from './show-qr-code.ts'
import type { TemplateSetting } from './templates.ts'

/** All options; times are milliseconds, `pageSize` is the openids per page of user/get. */
export type WeChatOptions = Partial<Omit<BoxSettings, 'callback' | 'miniCallback' | 'miniProgramApi'>> & {
  host?: string
  /** 0, the default, takes any free port. */
  port?: number
  callback?: Partial<CallbackConfig>
  /** What an earlier box remembered. */
  state?: BoxState | undefined
  /** The mini program's; defaults are as in `callback`, except that the format is JSON. */
  miniCallback?: Partial<CallbackConfig>
  /** Where the mini program logs in: the screen of the console calls `POST <here>/login`. */
  miniProgramApi?: string
  /** Answers paths of the console's page that are not the box's: it is asked only for what the box's own guard lets in. */
  beside?: Beside
}

/** What another server of this machine adds to the console. */
export type Beside = {
  owns: (path: string) => boolean
  serve: (request: IncomingMessage, response: ServerResponse) => unknown
}

/** A running box. */
export type WeChatBox = {
  url: string
  /** The console after the URL: with the token that other machines need, if any can connect. */
  consolePath: string
  /** All apps with their secrets: the first pair, then the added ones. */
  apps: () => readonly ReturnType<typeof identityOf>[]
  /** The delivered messages, in the order of arrival. */
  messages: () => readonly Message[]
  /** Those with this client_msg_id. */
  messagesBy: (clientMsgId: string) => readonly Message[]
  /** The Official Account of this name, the first one by default, uses these templates from now on, after a reset too. */
  setTemplates: (templates: readonly TemplateSetting[], name?: string) => void
  /** Adds an app, which is there after a reset too; throws what is wrong with it. */
  addApp: (setting: AppSetting) => void
  /** What the box remembers, for a later one. */
  state: () => BoxState
  close: () => Promise<void>
}

/** Starts a box; rejects with Node's own error (`EADDRINUSE`) when the port is taken. */
export async function openWeChat(options: WeChatOptions = {}): Promise<WeChatBox> {
  const { host = '127.0.0.1', port = 0 } = options
  const settings = readSettings(options)
  const live = createLive()
  const guard = createGuard(host)
  let box = createBox(settings, live)
  if (options.state !== undefined) loadBox(box, options.state)
  const reset = () => {
    box.close()
    box = createBox(settings, live, box.people.ever())
  }
  const server = createServer((request, response) => {
    serve({ box, reset, guard, beside: options.beside }, request, response).catch(() => response.destroy())
  })
  await listen(server, { host, port })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`,
    consolePath: guard.token === undefined ? '/' : `/?token=${guard.token}`,
    apps: () => box.apps.all().map(identityOf),
    messages: () => box.messages.all(),
    messagesBy: clientMsgId => box.messages.byClientMsgId(clientMsgId),
    setTemplates: (templates, name = box.apps.official.name) => {
      if (name === box.apps.official.name) settings.templates = templates
      settings.apps = settings.apps.map(it => (it.name === name ? { ...it, templates } : it))
      const app = box.apps.byName(name)
      if (app?.kind === 'official') app.templates.replace(templates)
      live.changed('people')
    },
    addApp: setting => {
      box.apps.add(setting)
      settings.apps = [...settings.apps, setting]
      live.changed('people')
    },
    state: () => saveBox(box),
    close: () => {
      box.close()
      live.close()
      return stop(server)
    },
  }
}

function readSettings(options: WeChatOptions): BoxSettings {
  const callback: CallbackConfig = {
    ...{ url: undefined, mode: 'secure', format: 'xml', ...defaultCallback },
    ...options.callback,
  }
  return {
    accounts: options.accounts ?? defaultAccounts,
    apps: options.apps ?? [],
    templates: options.templates ?? [],
    enforceValues: options.enforceValues ?? true,
    callback,
    miniCallback: { ...callback, format: 'json', ...options.miniCallback },
    pageSize: options.pageSize ?? 10_000,
    now: options.now ?? Date.now,
    receiptDelayMs: options.receiptDelayMs ?? 500,
    // WeChat takes minutes; a developer does not want to wait for that.
    verdictDelayMs: options.verdictDelayMs ?? 1000,
    // WeChat gives a receiver five seconds.
    callbackTimeoutMs: options.callbackTimeoutMs ?? 5000,
    callbackRetryGapMs: options.callbackRetryGapMs ?? 1000,
    miniProgramApi: options.miniProgramApi,
  }
}

type World = { box: Box; reset: () => void; guard: Guard; beside: Beside | undefined }

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path, search } = splitTarget(request.url ?? '/')
  if (isForPeople(path) || world.beside?.owns(path)) return serveGuarded(world, request, response)
  if (path === '/cgi-bin/showqrcode' && request.method === 'GET') return showQrCode(world.box, search, response)
  return serveApi(world.box, request, response)
}

/** The console and its API; all else is WeChat's. */
function isForPeople(path: string): boolean {
  return path === '/' || path === '/_box' || path.startsWith('/_box/') || path.startsWith('/console/')
}

async function serveGuarded(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path } = splitTarget(request.url ?? '/')
  const verdict = world.guard.judge(request)
  if (verdict.refused !== undefined) return reply(response, verdict.status, { error: verdict.refused })
  // The token leaves the address bar at once, and with it the history and what the page would send on.
  if (path === '/' && verdict.cookie !== undefined)
    return void response.writeHead(303, { Location: '/', 'Set-Cookie': verdict.cookie, 'Content-Length': 0 }).end()
  if (world.beside?.owns(path)) return void world.beside.serve(request, response)
  if (path === '/_box/live') return serveLive(world.box.live, request, response)
  if (path.startsWith('/_box')) return serveControl(world, request, response)
  return serveConsole(path, response)
}

function listen(server: Server, address: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function stop(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
