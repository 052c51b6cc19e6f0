import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { findLanAddress, renderBanner } from './banner.ts'
import { createClosing } from './closing.ts'
import { readSettings, type Settings, SettingsError } from './environment.ts'
import { openKeptFolder } from './kept/folder.ts'
import { type Kept, openKept } from './kept/stores.ts'
import type { Report } from './lists.ts'
import { playInBox } from './play.ts'
import { PortsInUseError } from './ports.ts'
import { openStack, type Stack } from './stack.ts'
import { helpText, parseStartOptions, type StartOptions } from './start-options.ts'
import { createSteps, StepError } from './steps.ts'
import { readLocalReplies, readLocalTemplates } from './templates.ts'
import { createTerminal } from './terminal/terminal.ts'
import { endWithNpm } from './wechat/end-with-npm.ts'
import { isBox } from './wechat-control.ts'

const accountsFolder = fileURLToPath(new URL('../examples/accounts', import.meta.url))
const startLimitMs = 60_000
const problemsTold = 10
const wrongOptions = 2

const closing = createClosing()
let isStopping = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.stdout.write('\nStopping …\n')
    // As shells report an end by a signal: 130 for Ctrl-C.
    void stop(128 + constants.signals[signal])
  })
}
endWithNpm(() => void stop(128 + constants.signals.SIGTERM))
const options = readOptions()
if (options?.isHelp) process.stdout.write(helpText)
else if (options) main(options).catch(error => fail(error))

function readOptions(): StartOptions | undefined {
  try {
    return parseStartOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof SettingsError ? error.message : String(error)}\n`)
    process.exitCode = wrongOptions
    return undefined
  }
}

async function main({ isDemo, hasAccounts, isJson, isFresh }: StartOptions): Promise<void> {
  if (hasAccounts) process.env.LISTS_FOLDER = accountsFolder
  if (existsSync('.env')) process.loadEnvFile('.env')
  const settings = readSettings(process.env)
  const story = readLocalTemplates(settings.wechat.apps.officials)['order-paid']
  // Told before anything starts, and not by the build of the functions.
  readLocalReplies(settings.wechat.apps.officials)
  const hasBox = settings.wechatApiUrl === undefined || (await isBox(settings.wechatApiUrl))
  if (isDemo) assertDemo(hasBox, story !== undefined)

  const terminal = openTerminal(settings, isJson)
  const people = isJson ? process.stderr : process.stdout
  const steps = createSteps({
    write: text => people.write(text),
    now: () => performance.now(),
    problems: () => terminal.problems(problemsTold),
  })
  const kept = isFresh ? undefined : await keepData(settings, terminal.notice)
  const stack = await steps.play(describeStart(settings), async ({ saw }) => {
    const onFunctionLine = (line: string) => {
      terminal.add(line)
      if (line.trim() !== '') saw(line)
    }
    const result = await openStack({
      settings,
      env: process.env,
      onFunctionLine,
      report: terminal.notice,
      closing,
      kept,
    })
    return { result, told: 'everything answers' }
  })
  stack.ended.then(reason => fail(new Error(reason)))
  if (hasBox && story !== undefined && !wasPlayed(settings, kept))
    await playInBox(stack, settings, { steps, templateId: story.templateId, isDemo, hasAccounts })
  if (isDemo) return stop(0)

  terminal.follow()
  people.write(
    renderBanner({ addresses: stack.addresses, isBox: hasBox, lan: describeLan(settings, stack), kept: kept?.folder }),
  )
}

/** What was played once is still there; but a start may have ended before it played anything. */
function wasPlayed({ wechatApiUrl }: Settings, kept: Kept | undefined): boolean {
  if (kept === undefined || kept.isNew) return false
  return wechatApiUrl !== undefined || (kept.box?.people.size ?? 0) > 0
}

/** Real followers and those of the box are kept apart. */
async function keepData({ wechatApiUrl, wechat }: Settings, report: Report) {
  const name = wechatApiUrl === undefined ? 'box' : `${new URL(wechatApiUrl).host}-${wechat.apps.officials[0].appid}`
  const folder = openKeptFolder(resolve('.queqiao'), name.replaceAll(/[^\w.-]/g, '-'), report)
  closing.add(folder.close)
  return openKept(folder)
}

function assertDemo(hasBox: boolean, hasTemplate: boolean): void {
  if (!hasBox) throw new SettingsError(['The demo needs WeChat in a box: unset WECHAT_API_URL, or use npm start.'])
  if (!hasTemplate) throw new SettingsError(['The demo sends an order-paid, which templates.json lacks under local.'])
}

/** Only a terminal gets colours, and none where NO_COLOR is set. */
function openTerminal({ isVerbose }: Settings, isJson: boolean) {
  const reader = isVerbose ? 'all' : isJson ? 'machines' : 'people'
  const stream = reader === 'all' ? process.stderr : process.stdout
  const terminal = createTerminal({
    write: line => stream.write(`${line}\n`),
    paint: (colour, text) => styleText(colour, text, { stream }),
    reader,
  })
  closing.add(terminal.close)
  return terminal
}

function describeStart({ host, ports, wechatApiUrl }: Settings) {
  return {
    title: 'Everything starts on this machine (about 10 s)',
    titleZh: '在本机启动全部服务（约 10 秒）',
    address: `http://${host}:${ports.api} (API), ${wechatApiUrl ?? `http://${host}:${ports.wechat}`} (WeChat)`,
    expected: 'the functions answer, tables and queues exist',
    limitMs: startLimitMs,
  }
}

/** Phones cannot reach a loopback address. */
function describeLan({ host, ports }: Settings, stack: Stack) {
  const address = ['127.0.0.1', 'localhost', '::1'].includes(host) ? undefined : findLanAddress(host)
  if (address === undefined) return undefined
  const wechat = stack.addresses.wechat.startsWith('http://127.0.0.1')
    ? `http://${address}:${ports.wechat}`
    : stack.addresses.wechat
  return { api: `http://${address}:${ports.api}`, console: `${wechat}${stack.consolePath ?? '/'}` }
}

function fail(error: unknown): void {
  if (isStopping) return
  const isOurs = error instanceof StepError || error instanceof SettingsError || error instanceof PortsInUseError
  process.stderr.write(`${isOurs ? error.message : (error instanceof Error && error.stack) || String(error)}\n`)
  void stop(1)
}

/** Closes everything, then ends; a second signal ends at once. */
async function stop(code: number): Promise<void> {
  if (isStopping) process.exit(code)
  isStopping = true
  await closing.close().catch(error => process.stderr.write(`${String(error)}\n`))
  process.exit(code)
}
