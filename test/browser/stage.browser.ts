/** The views Events and Work, clicked over the whole local stack. */

import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { drawPng } from '../../local/png.ts'
import { openForAll } from '../for-all.ts'
import { event, openSendingStack } from '../local/sending-stack.ts'
import { chromiumPath, useBrowser } from './chromium.ts'
import { reachByKeyboard } from './keyboard.ts'
import { looks, openStagePage } from './open-console.ts'

/** What is only seen behind a key. */
const goOn: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  doctor: async page => {
    await page.locator('main button[name=examine]').click()
    await page.locator('main .badge').first().waitFor()
  },
  'mini-program': async page => {
    await page.locator('button[name=login]').click()
    await page.locator('input[name=picture]').waitFor({ state: 'attached' })
  },
}

describe.skipIf(chromiumPath === undefined)('the views of the stage', () => {
  const browser = useBrowser()
  const stack = openForAll(() => openSendingStack())

  test('an event is pushed by the form, its steps are told to the receipt, and it is repeated', async () => {
    const who = await stack.follower()
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat)
    await visit('/?view=events')
    await page.getByRole('button', { name: 'Push an event' }).click()
    await page.locator('input[name=to]').fill(`${who.unionid}`)
    await page.getByRole('tab', { name: 'Python' }).click()
    await expect.poll(() => page.locator('.as-code .code').innerText()).toContain('import boto3')
    await page.locator('button[name=push-now]').click()
    for (const step of [
      'Pushed to the queue',
      'Received by the sender',
      'Resolved',
      'Called WeChat: errcode 0',
      'On the phone',
      'Decided: accepted',
      'Receipt: delivered',
    ])
      await page.locator('.step', { hasText: step }).waitFor()
    await page.locator('button[name=repeat]').click()
    await page.locator('.step', { hasText: 'not sent twice' }).waitFor()
    expect(await stack.phone(who)).toHaveLength(1)
    await page.getByRole('link', { name: /Open the phone/ }).click()
    await page.locator('article.template').waitFor()
  })

  test('what is wrong is told at the field, and why it was rejected in the timeline and the dead letters', async () => {
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat)
    await visit('/?view=events&push=on')
    await page.locator('button[name=canned-bad-value]').click()
    await page.locator('#problem-character_string1', { hasText: 'at most 32' }).waitFor()
    expect(await page.locator('#field-character_string1').getAttribute('aria-invalid')).toBe('true')
    await page.locator('button[name=push-now]').click()
    await page.locator('.step', { hasText: 'Decided: rejected' }).waitFor()
    const id = new URL(page.url()).searchParams.get('event') ?? ''
    await page.locator('button[name=edit]').click()
    expect(await page.getByLabel('Person').inputValue()).toMatch(/^\d+$/)
    await visit('/?view=events&state=rejected')
    await page.locator('.event-row', { hasText: id }).waitFor()
    await visit('/?view=work')
    await page.getByRole('link', { name: 'events-dlq' }).click()
    const letter = page.locator('.letters li', { hasText: id })
    await letter.getByText('rejected', { exact: false }).first().waitFor()
    await letter.locator('button[name=redrive]').click()
    await page.locator('.toast', { hasText: 'Moved back: 1' }).waitFor()
  })

  test('why somebody is not reached is told by their id', async () => {
    const who = await stack.follower()
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat)
    await visit('/?view=work&part=person')
    await page.locator('input[name=who]').fill(`${who.unionid}`)
    await page.locator('button[name=look-up]').click()
    await page.locator('.badge', { hasText: 'reachable' }).first().waitFor()
    expect(await page.locator('main').innerText()).not.toContain(who.openid)
    await page.locator('input[name=whole]').check()
    await page.locator('code', { hasText: who.openid }).waitFor()
  })

  test('the quota is used up by a switch: an event waits, and goes out after midnight in China', async () => {
    const who = await stack.follower()
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat)
    await visit('/?view=wechat')
    const used = page.getByRole('switch', { name: "Day's quota used up" })
    await used.click()
    await expect.poll(() => used.getAttribute('aria-checked')).toBe('true')
    await page.getByRole('link', { name: 'Events' }).click()
    await page.getByRole('button', { name: 'Push an event' }).click()
    await page.locator('button[name=push-now]').click()
    await page.locator('.step', { hasText: 'Parked: the quota is used up' }).waitFor()
    expect(await stack.phone(who)).toHaveLength(0)
    await page.getByRole('button', { name: 'To midnight in China' }).click()
    await page.locator('.toast', { hasText: '00:00:0' }).waitFor()
    await page.getByRole('button', { name: 'Open the gate now' }).click()
    await page.locator('.step', { hasText: 'Receipt: delivered' }).waitFor()
    expect(await page.getByRole('button', { name: 'Open the gate now' }).count()).toBe(0)
    expect(await stack.phone(who)).toHaveLength(1)
    await visit('/?view=wechat')
    await used.waitFor()
    expect(await used.getAttribute('aria-checked')).toBe('false')
    await page.locator('button[name=now]').click()
  })

  test('a picture is uploaded in the mini program, and shown as it is served, or why it is not', async () => {
    const { id } = await stack.person()
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat)
    await visit(`/?person=${id}&screen=mini`)
    await page.getByRole('button', { name: 'Log in' }).click()
    const input = page.locator('input[name=picture]')
    const buffer = drawPng(64, 48, () => [24, 32, 64])
    await input.setInputFiles({ name: 'night.png', mimeType: 'image/png', buffer })
    const part = page.locator('.mini-part', { hasText: 'Picture' })
    await part.getByText('served 64 × 48').waitFor()
    expect(await part.getByRole('img').evaluate(it => Reflect.get(it, 'naturalWidth'))).toBe(64)
    await input.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('<script>') })
    await part.getByText('not-an-image').waitFor()
  })

  test('by the keyboard alone an event is pushed and found, and the parts of Work are gone through', async () => {
    const who = await stack.follower()
    const { page, visit } = await openStagePage(browser(), stack.addresses.wechat)
    await visit('/?view=events')
    await page.getByRole('button', { name: 'Push an event' }).waitFor()
    const tabTo = (name: string) => reachByKeyboard(page, name)
    await tabTo('|push')
    await page.keyboard.press('Enter')
    await page.locator('button[name=push-now]').waitFor()
    await tabTo('|amount2')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('much')
    await page.locator('#problem-amount2').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('¥9.00')
    await page.keyboard.press('Enter')
    await page.locator('.step', { hasText: 'Receipt: delivered' }).waitFor()
    const id = new URL(page.url()).searchParams.get('event') ?? ''
    await tabTo('Search by id')
    await page.keyboard.type(`${id}`)
    await expect.poll(() => page.locator('.event-row').count()).toBe(1)
    await tabTo(id)

    await tabTo('To the content')
    await tabTo('Work')
    await page.keyboard.press('Enter')
    await tabTo('Queues')
    for (const part of ['What waits', 'Reach']) {
      await page.keyboard.press('ArrowRight')
      await page.getByRole('tab', { name: part, selected: true }).waitFor()
    }
    await tabTo('|who')
    await page.keyboard.type(`${who.unionid}`)
    await page.keyboard.press('Enter')
    await page.locator('.badge', { hasText: 'reachable' }).first().waitFor()
  })

  for (const look of looks)
    test(`${look.language}, ${look.width} px, ${look.scheme}: nothing is too wide, and axe finds no fault`, async () => {
      const { page, visit, axe, shot } = await openStagePage(browser(), stack.addresses.wechat, look)
      const name = (view: string) =>
        `console-${view}-${look.language}-${look.scheme}${look.width === 390 ? '-390' : ''}`
      const id = name('order')
      const who = await stack.follower()
      await stack.push([event(id, who.openid)])
      for (const [view, path, seen] of [
        ['events', `?view=events&event=${id}`, '.step'],
        ['push', '?view=events&push=on', '.as-code .code'],
        ['work', '?view=work&queue=events-dlq', '.rows'],
        ['waits', '?view=work&part=waits', 'main .card'],
        ['sync', '?view=work&part=sync', '.facts'],
        ['quota', '?view=work&part=quota', '.facts'],
        ['log', '?view=work&part=log', '.lines'],
        ['person', `?view=work&part=person&who=${who.unionid}`, '.badge'],
        ['doctor', '?view=work&part=doctor', 'main button[name=examine]'],
        ['mini-program', `?person=${who.id}&screen=mini`, 'button[name=login]'],
      ] as const) {
        await visit(`/${path}`)
        await page.locator(seen).first().waitFor()
        await goOn[view]?.(page)
        expect(await axe(), view).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(look.width)
        if (['events', 'push', 'work'].includes(view)) await shot(name(view))
      }
    })
})
