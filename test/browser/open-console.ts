/** A box whose console is open in a browser, with a back end that answers what people write. */

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import { goodData, openTestBox, type TestBox, template } from '../local/wechat/open-test-box.ts'
import { openReceiver, type Received } from '../local/wechat/receiver.ts'

/** How a visitor looks at it; `losesBox` if the box ends before. */
export type Look = {
  language?: 'en' | 'zh'
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
  losesBox?: boolean
}

/** Each language on a phone and on a desk, by day and by night. */
export const looks: Look[] = (['en', 'zh'] as const).flatMap(language =>
  [390, 1440].flatMap(width => (['light', 'dark'] as const).map(scheme => ({ language, width, scheme }))),
)

const folder = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'queqiao-screenshots-')))

/** Opens all of it; at its end the test fails if the page wrote an error, or asked anybody else. */
export async function openConsole(browser: Browser, look: Look = {}, options: WeChatOptions = {}) {
  const receiver = await openReceiver(...Array.from({ length: 50 }, () => answerPeople))
  const box = await openTestBox({ callback: { url: receiver.url, mode: 'plain' }, ...options })
  const page = await openPage(browser, box.box.url, look)
  const visit = (path: string) => page.goto(box.box.url + path)
  return {
    box,
    page,
    visit,
    axe: () => findFaults(page),
    shot: (name: string) => page.screenshot({ path: fileOf(name) }),
  }
}

/** The console of a whole stack that runs here. */
export async function openStagePage(browser: Browser, url: string, look: Look = {}) {
  const page = await openPage(browser, url, look)
  return {
    page,
    visit: (path: string) => page.goto(url + path),
    axe: () => findFaults(page),
    shot: (name: string) => page.screenshot({ path: fileOf(name) }),
  }
}

/** Where a picture of this name belongs. */
export const fileOf = (name: string) => join(folder, `${name}.png`)

async function openPage(
  browser: Browser,
  url: string,
  { language = 'en', width = 1440, height = width < 800 ? 844 : 900, scheme = 'light', losesBox = false }: Look,
) {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const troubles: string[] = []
  // The browser itself notes what the box refuses, and that it is gone.
  const harmless = losesBox ? /status of 4\d\d|net::ERR/ : /status of 4\d\d/
  page.on('console', it => it.type() === 'error' && !harmless.test(it.text()) && troubles.push(it.text()))
  page.on('pageerror', error => troubles.push(error.message))
  page.on('request', it => it.url().startsWith(url) || troubles.push(`asked ${it.url()}`))
  onTestFinished(async () => {
    await context.close()
    expect(troubles).toEqual([])
  })
  return page
}

/** Replies to what people write, in plain XML. */
function answerPeople({ body }: Received): string {
  const element = (name: string) => new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]>`, 's').exec(body)?.[1] ?? ''
  if (element('MsgType') === 'event' && element('Event') !== 'CLICK') return 'success'
  const text = `You said: ${element('Content') || element('EventKey')}`
  const [to, from] = [element('FromUserName'), element('ToUserName')]
  return `<xml><ToUserName>${to}</ToUserName><FromUserName>${from}</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[${text}]]></Content></xml>`
}

/** What axe finds that is moderate or worse, in one line each. */
async function findFaults(page: Page): Promise<string[]> {
  // By the debugger, because the page's policy allows no other script.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe is a global of the page
    const { violations } = await (globalThis as any).axe.run()
    const grave = violations.filter(({ impact }: { impact: string }) => impact !== 'minor')
    return grave.map(
      ({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
    )
  })
}

/** Sends the test template to a person; returns WeChat's errcode. */
export async function sendTo(box: TestBox, openid: string, more: object = {}) {
  const message = { touser: openid, template_id: template.templateId, data: goodData, ...more }
  return (await box.post(`/cgi-bin/message/template/send?access_token=${await box.token()}`, message)).json
}
