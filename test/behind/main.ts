/** `npm run test:behind`: servers that others wrote, unchanged, behind our callback, and two stages of one account. */

import { createClosing } from '../../local/closing.ts'
import { createSteps } from '../../local/steps.ts'
import { accountsOf, type Behind } from './accounts.ts'
import { type Cell, playModes } from './matrix.ts'
import { openStages } from './open-stages.ts'
import { compareBytes, openRecorder, type Recorder } from './recorder.ts'
import { installServers, type Server } from './sdks.ts'
import { playStages } from './stages.ts'
import { startServer } from './start-server.ts'
import type { Opened } from './world.ts'

const limitMs = 900_000
const closing = createClosing()
const write = (text: string) => void process.stdout.write(text)
let stacks: readonly Opened[] = []

const steps = createSteps({ write, now: () => performance.now(), problems })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void closing.close().finally(() => process.exit(130)))
}

try {
  const servers = await install()
  await test(servers)
  write('✓ Servers of other SDKs work behind us unchanged. · 其他 SDK 的服务器可原样接在后面\n')
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await closing.close()
}

function install(): Promise<readonly Server[]> {
  const skipped: string[] = []
  const step = {
    title: 'SDKs are installed',
    titleZh: '安装各 SDK',
    address: 'npm, pip, go',
    expected: 'co-wechat',
    limitMs,
  }
  return steps.play(step, async () => {
    const servers = await installServers(line => void skipped.push(line))
    return { result: servers, told: [servers.map(it => it.sdk).join(', '), ...skipped].join('; ') }
  })
}

async function test(servers: readonly Server[]): Promise<void> {
  const opening = {
    title: 'Servers and two stages start',
    titleZh: '启动',
    address: '127.0.0.1',
    expected: 'all answer',
    limitMs,
  }
  const accounts = servers.map(({ sdk }) => accountsOf(sdk))
  const world = await steps.play(opening, async () => {
    const recorders = { first: await openRecorder(closing), second: await openRecorder(closing) }
    const urls = new Map<string, string>()
    for (const [at, server] of servers.entries()) {
      urls.set(server.sdk, await startServer(server, accounts[at] ?? [], closing))
    }
    const [first, second] = await openStages(accounts.flat(), { urls, recorders, closing })
    stacks = [first, second]
    return { result: { first, second, recorders }, told: 'each server refuses what nobody signed' }
  })
  await playSteps(world, accounts)
}

type World = {
  readonly first: Opened
  readonly second: Opened
  readonly recorders: { readonly first: Recorder; readonly second: Recorder }
}

async function playSteps({ first, second, recorders }: World, accounts: readonly (readonly Behind[])[]): Promise<void> {
  const stages = {
    title: 'Two stages, one account',
    titleZh: '两个环境共用一个公众号',
    address: second.addresses.api,
    limitMs,
  }
  await steps.play({ ...stages, expected: 'the second one sees follows and receipts' }, async () => {
    return { result: undefined, told: await playStages(first, second, recorders.second) }
  })
  const bytes = { title: 'A plain server gets what was pushed', titleZh: '逐字节相同', address: '127.0.0.1', limitMs }
  await steps.play({ ...bytes, expected: 'the same bytes' }, async () => {
    return { result: undefined, told: `${await compareBytes(first.control, recorders.first)} pushes, byte for byte` }
  })
  const matrix = { title: 'Each mode in front, each mode behind', titleZh: '明文、兼容、安全，两侧组合', limitMs }
  const address = `${first.addresses.wechat} → ${first.addresses.api} → the servers`
  await steps.play({ ...matrix, address, expected: 'the answers are on the phone' }, async () => {
    const cells: Cell[] = []
    for (const it of accounts) cells.push(...(await playModes(first.control, it)))
    write(renderCells(cells))
    if (cells.some(it => it.wrong !== undefined)) throw new Error('not every answer is on the phone')
    // What came too late on a busy machine is missing on the phone; a picture has no answer that could be.
    const isWrong = (line: string) => line.includes('push.not-forwarded') && !line.includes('"why":"timeout"')
    const refused = first.lines.filter(isWrong)
    if (refused.length > 0) throw new Error(`answers that were not taken: ${refused.join('\n')}`)
    return { result: undefined, told: `${cells.length} of ${cells.length}` }
  })
}

/** A line for each server and its mode: in which of the box's modes its answers came. */
function renderCells(cells: readonly Cell[]): string {
  const rows = [...Map.groupBy(cells, it => it.account.name)].map(([name, all]) => {
    const marks = all.map(({ boxMode, wrong }) => `${boxMode} ${wrong === undefined ? '✓' : '✗'}`)
    const reasons = all.flatMap(it => (it.wrong === undefined ? [] : [`     ${it.boxMode}: ${it.wrong}\n`]))
    return `   ${name.padEnd(22)} box ${marks.join(', ')}\n${reasons.join('')}`
  })
  return rows.join('')
}

function problems(): string[] {
  const lines = stacks.flatMap(it => it.lines).filter(it => /push\.not-forwarded|"level":"ERROR"|rror:/.test(it))
  return lines.slice(-8).map(it => it.slice(0, 600))
}
