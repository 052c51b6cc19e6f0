/** The films at README's beginning, played on the whole local stack; SCREENSHOTS says where they are kept. */
import { stat } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { openForAll } from '../for-all.ts'
import { openSendingStack } from '../local/sending-stack.ts'
import { chromiumPath, useBrowser } from './chromium.ts'
import { type Film, openFilm } from './film/film.ts'
import { fileOf, openStagePage } from './open-console.ts'

/** Some hundred pictures are taken and packed. */
const timeout = 400_000
const mostBytes = 1_000_000
const [width, height] = [1200, 850]
const languages = ['en', 'zh'] as const

describe.skipIf(chromiumPath === undefined)('the films', () => {
  const browser = useBrowser()
  const stack = openForAll(() => openSendingStack())

  for (const language of languages) {
    const t = (english: string, chinese: string) => (language === 'zh' ? chinese : english)

    test(`${language}: an event that is pushed by the form arrives on the phone`, { timeout }, async () => {
      const { page, film, phone } = await open(language, t('Ling', '小鹊'))
      await film.say(t('Somebody follows the Official Account', '有人关注了服务号'))
      await pushEvent(page, film, {
        words: t('A business system pushes an event', '业务系统推送一个事件'),
        amount: '¥128.00',
      })
      await film.say(t('What becomes of it, step by step', '事件的每一步'))
      await film.until(page.locator('.step', { hasText: t('Receipt: delivered', '回执：已送达') }), 1800)
      await film.click(page.getByRole('link', { name: t('Open the phone', '打开用户') }))
      await film.until(page.locator('article.template'), 300)
      await film.say(t('It is on the phone, once', '消息到达手机，只有一条'))
      await film.show(2600)
      expect(await phone()).toHaveLength(1)
      await keep(film, `film-push-${language}`)
    })

    test(`${language}: what finds no quota waits, and goes out when there is some again`, { timeout }, async () => {
      const { page, film, phone } = await open(language, t('Ming', '小明'))
      await film.click(page.getByRole('link', { name: t('WeChat', '微信'), exact: true }))
      await film.say(t("Use up the day's quota", '用尽当日额度'))
      await film.click(page.getByRole('switch', { name: t("Day's quota used up", '当日额度用尽') }))
      await pushEvent(page, film, { words: t('Push an event all the same', '照样推送一个事件'), amount: '¥66.00' })
      await film.until(page.locator('.next'), 300)
      await film.say(t('It is parked: nothing is lost', '事件暂存，不会丢失'))
      await film.show(1200)
      expect(await phone()).toHaveLength(0)
      await film.click(page.locator('button[name=midnight]'))
      await film.say(t('Midnight in China: quota again', '北京时间零点：额度恢复'))
      await film.click(page.locator('button[name=reopen]'))
      await film.until(page.locator('.step', { hasText: t('Receipt: delivered', '回执：已送达') }), 300)
      await film.say(t('What waited goes out', '等待的消息发出'))
      await film.show(1500)
      await film.click(page.getByRole('link', { name: t('Open the phone', '打开用户') }))
      await film.until(page.locator('article.template'), 2600)
      expect(await phone()).toHaveLength(1)
      await keep(film, `film-quota-${language}`)
    })
  }

  async function open(language: (typeof languages)[number], name: string) {
    const who = await stack.person(undefined, { name })
    await stack.follow(who)
    await expect.poll(() => stack.reach(`openid=${who.openid}`)).toEqual({ reach: 'reachable' })
    await stack.box('/clock', { set: Date.now() })
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat, { language, width, height })
    await visit(`/?person=${who.id}`)
    await page.locator('.handset').waitFor()
    return { page, film: await openFilm(page), phone: () => stack.phone(who) }
  }
})

type Push = { readonly words: string; readonly amount: string }

/** From any view, by the form. */
async function pushEvent(page: Page, film: Film, { words, amount }: Push): Promise<void> {
  await film.click(page.locator('nav a').nth(1))
  await film.click(page.locator('button[name=push]'))
  await film.say(words)
  await film.type(page.locator('input[name=amount2]'), amount)
  await expect.poll(() => page.locator('.as-code .code').innerText()).toContain(amount)
  await film.click(page.locator('button[name=push-now]'))
}

async function keep(film: Film, name: string): Promise<void> {
  await film.save(fileOf(name))
  expect((await stat(fileOf(name))).size).toBeLessThan(mostBytes)
}
