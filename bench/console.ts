/**
 * The console with a hundred thousand people, as many messages and ten thousand events: how soon a view is there, how evenly it
 * scrolls, what it takes of memory, and whether a burst of messages stalls the page or the box. In the system's Chromium.
 *
 * Ends with 1 if a demand is missed. `--people`, `--messages` and `--events` make it smaller, `--json FILE` writes the figures.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import * as v from 'valibot'
import { chromiumNames, findChromium, openChromium } from '../kit/chromium.ts'
import { endOnSignal, say, wholeNumber } from '../kit/command.ts'
import { defaultAccounts } from '../local/wechat/defaults.ts'
import type { Burst, Order } from './console/burst.ts'
import { countFrames, type Evenness, firstView, memoryOf } from './console/page.ts'
import { linesOf, openWorld, templates, type World } from './console/world.ts'
import { median, renderTable, verdictOf, whole } from './figures.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    messages: { type: 'string', default: '100000' },
    events: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
})

type Demand = { readonly unit: string; readonly most?: number; readonly least?: number }
type Figure = Demand & { readonly what: string; readonly measured: number; readonly isMet: boolean }

/** The median counts: what else the machine does is no fault of the page. */
const visits = 3
const scrollMs = 3000
const burstSeconds = 5
const perSecond = 1000
const burstTo = 50
const shown = 1000
/** A screen shows sixty; a frame more or less at the edges is no fault of the page. */
const leastFrames = 57
const soon: Demand = { unit: 'ms', most: 1000 }

const figures: Figure[] = []
const openid = v.object({ openid: v.string() })
const tokenAnswer = v.object({ access_token: v.string() })

endOnSignal()
const path = findChromium()
if (path === undefined) say(`skipped: this bench needs one of ${chromiumNames.join(', ')}\n`)
else await measure(path)

async function measure(executablePath: string): Promise<void> {
  const size = {
    people: wholeNumber('people', values.people, burstTo),
    messages: wholeNumber('messages', values.messages, shown),
    events: wholeNumber('events', values.events, 1),
    chat: shown * 2,
  }
  const world = await openWorld(size)
  const browser = await openChromium(executablePath)
  const load = `${(loadavg()[0] ?? 0).toFixed(1)} processes want ${availableParallelism()} cores`
  say(`${whole(size.people)} people, ${whole(size.messages)} messages, ${whole(size.events)} events; ${load}\n`)
  await measureFirstViews(browser, world)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
  await measureScrolling(page, world)
  await measureBurst(page, world)
  const megabytes = await memoryOf(browser)
  if (megabytes !== undefined) note('memory of the page', megabytes, { unit: 'MB', most: 150 })
  await browser.close()
  await world.close()
  await report()
}

async function measureFirstViews(browser: Browser, { url, busiest }: World): Promise<void> {
  for (const [name, query, seen] of [
    ['Phones', '', '.people-list a'],
    [`a chat of ${whole(shown)}`, `?person=${busiest}&entries=${shown}`, 'article.template'],
    ['a search for one of them', `?search=${busiest - 7}`, `.people-list a[href*="person=${busiest - 7}"]`],
    ['Events', '?view=events', '.event-row'],
    ['the timeline of the first', '?view=events&event=order-0:paid', '.step'],
    ['WeChat', '?view=wechat', '.switch'],
    ['Work', '?view=work', '.rows'],
  ] as const) {
    const times: number[] = []
    for (let visit = 0; visit < visits; visit += 1) times.push(await firstView(browser, `${url}/${query}`, seen))
    note(`first view: ${name}`, median(times), soon)
  }
}

async function measureScrolling(page: Page, { url, busiest }: World): Promise<void> {
  for (const [name, query, seen, scrolled] of [
    ['people', '', '.people-list a', '.people-list'],
    [`a chat of ${whole(shown)}`, `?person=${busiest}&entries=${shown}`, 'article.template', '.chat'],
    ['events', '?view=events', '.event-row', '.event-rows'],
  ] as const) {
    await page.goto(`${url}/${query}`)
    await page.locator(seen).first().waitFor()
    const { perSecond: frames } = await countFrames(page, scrollMs, scrolled)
    note(`scrolling: ${name}`, frames, { unit: 'frames/s', least: leastFrames })
  }
}

/** The page looks at a phone to which the messages go, while as many events are logged. */
async function measureBurst(page: Page, world: World): Promise<void> {
  const { url, busiest, history } = world
  await page.goto(`${url}/?person=${busiest}`)
  await page.locator('article.template').first().waitFor()
  let logged = 0
  const logging = setInterval(() => {
    for (let at = 0; at < perSecond / 50; at += 1) for (const line of linesOf(`burst-${logged++}`)) history.add(line)
  }, 20)
  const [burst, evenness] = await Promise.all([runBurst(world), countFrames(page, burstSeconds * 1000)])
  clearInterval(logging)
  const began = performance.now()
  await page.getByText(`burst-${lastOfPhone(burst)}`, { exact: true }).waitFor()
  noteBurst(burst, evenness, performance.now() - began)
}

function noteBurst({ sent, refused, tookMs, slowestMs }: Burst, evenness: Evenness, shownMs: number): void {
  note('burst: messages taken', ((sent - refused) / tookMs) * 1000, { unit: 'a second', least: perSecond * 0.95 })
  note('burst: the box’s slowest answer', slowestMs, { unit: 'ms', most: 500 })
  note('burst: longest time without a frame', evenness.longestMs, { unit: 'ms', most: 250 })
  note('burst: the last one is shown after', shownMs, soon)
}

/** The busiest phone is the first of those to whom the burst goes. */
function lastOfPhone({ sent }: Burst): number {
  return Math.floor((sent - 1) / burstTo) * burstTo
}

async function runBurst({ url, control, busiest }: World): Promise<Burst> {
  const people = Array.from({ length: burstTo }, (_, at) => control(`/people/${busiest - at}`))
  const openids = (await Promise.all(people)).map(it => v.parse(openid, it).openid)
  const [template] = [...templates.values()].flatMap(it => Object.values(it))
  const token = await fetchToken(url)
  const order: Order = {
    url: `${url}/cgi-bin/message/template/send?access_token=${token}`,
    ...{ perSecond, seconds: burstSeconds, openids, templateId: template?.templateId ?? '' },
  }
  const child = fork(fileURLToPath(new URL('console/burst.ts', import.meta.url)))
  child.send(order)
  const [answer] = await once(child, 'message')
  return answer
}

async function fetchToken(url: string): Promise<string> {
  const { appid, appsecret: secret } = defaultAccounts.official
  const query = new URLSearchParams({ grant_type: 'client_credential', appid, secret })
  return v.parse(tokenAnswer, await (await fetch(`${url}/cgi-bin/token?${query}`)).json()).access_token
}

function note(what: string, measured: number, demand: Demand): void {
  const { most = Number.POSITIVE_INFINITY, least = 0 } = demand
  figures.push({ what, measured, ...demand, isMet: measured <= most && measured >= least })
}

async function report(): Promise<void> {
  const lines = figures.map(({ what, measured, unit, most, least, isMet }) => [
    what,
    most === undefined ? `≥ ${whole(least ?? 0)} ${unit}` : `≤ ${whole(most)} ${unit}`,
    whole(Math.round(measured)),
    verdictOf(isMet),
  ])
  say(renderTable([['', 'demanded', 'measured', 'verdict'], ...lines]))
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ figures }, undefined, 2)}\n`)
  process.exitCode = figures.every(it => it.isMet) ? 0 : 1
}
