/** The views Events and Work, clicked over the whole local stack. */

import { describe, expect, test } from 'vitest'
import { openForAll } from '../for-all.ts'
import { event, openSendingStack } from '../local/sending-stack.ts'
import { chromiumPath, useBrowser } from './chromium.ts'
import { type Look, openStagePage } from './open-console.ts'

const looks: Look[] = (['en', 'zh'] as const).flatMap(language =>
  [390, 1440].flatMap(width => (['light', 'dark'] as const).map(scheme => ({ language, width, scheme }))),
)

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

  for (const look of looks)
    test(`${look.language}, ${look.width} px, ${look.scheme}: nothing is too wide, and axe finds no fault`, async () => {
      const { page, visit, axe, shot } = await openStagePage(browser(), stack.addresses.wechat, look)
      const name = (view: string) =>
        `console-${view}-${look.language}-${look.scheme}${look.width === 390 ? '-390' : ''}`
      const id = name('order')
      await stack.push([event(id, (await stack.follower()).openid)])
      for (const [view, path, seen] of [
        ['events', `?view=events&event=${id}`, '.step'],
        ['push', '?view=events&push=on', '.as-code .code'],
        ['work', '?view=work&queue=events-dlq', '.rows'],
        ['waits', '?view=work&part=waits', 'main .card'],
        ['sync', '?view=work&part=sync', '.facts'],
        ['quota', '?view=work&part=quota', '.facts'],
        ['log', '?view=work&part=log', '.lines'],
      ] as const) {
        await visit(`/${path}`)
        await page.locator(seen).first().waitFor()
        expect(await axe(), view).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(look.width)
        if (['events', 'push', 'work'].includes(view)) await shot(name(view))
      }
    })
})
