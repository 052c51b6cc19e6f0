import { describe, expect, test } from 'vitest'
import { chromiumPath, useBrowser } from './chromium.ts'
import { openConsole, sendTo } from './open-console.ts'

describe.skipIf(chromiumPath === undefined)('WeChat', () => {
  const browser = useBrowser()

  test('every fault is switched on and off', async () => {
    const { page, box, visit } = await openConsole(browser())
    await box.token()
    await visit('/?view=wechat')
    const switches = page.getByRole('switch')
    await switches.first().waitFor()
    expect(await switches.count()).toBe(9)
    for (const it of await switches.all()) {
      for (const state of ['true', 'false']) {
        await it.click()
        await expect
          .poll(() => it.getAttribute('aria-checked'), { message: `${await it.getAttribute('name')} ${state}` })
          .toBe(state)
      }
    }
    expect(await box.control('/switches')).not.toContainEqual(expect.objectContaining({ on: true }))
  })

  test('a fault that cannot be is said, and its switch stays off', async () => {
    const { page, visit } = await openConsole(browser())
    await visit('/?view=wechat')
    await page.getByRole('switch', { name: 'Steal the token' }).click()
    await page.getByText(/no valid access token/).waitFor()
    expect(await page.getByRole('switch', { name: 'Steal the token' }).getAttribute('aria-checked')).toBe('false')
  })

  test('a call appears by itself, with its question and answer and without its token', async () => {
    const { page, box, visit } = await openConsole(browser())
    const { openid } = await box.person({ following: true })
    await visit('/?view=wechat')
    await page.getByText('No calls yet').waitFor()
    await sendTo(box, openid)
    await page.getByRole('link', { name: 'message/template/send' }).click()
    await page.getByText('access_token=••• official #1').waitFor()
    expect(await page.getByLabel('Answer').innerText()).toMatch(/"msgid": \d{18,}/)
    await page.reload()
    await page.getByLabel('Question').waitFor()
  })

  test('callbacks, quotas and tokens are shown', async () => {
    const { page, box, visit } = await openConsole(browser())
    const { id } = await box.person({ name: '小明' })
    await box.control(`/people/${id}/follow`, {})
    await box.token()
    await visit('/?view=wechat')
    await page.getByRole('tab', { name: 'Callbacks out' }).click()
    await page.getByRole('link', { name: 'subscribe' }).click()
    await page.getByLabel('Pushed').getByText('CreateTime').waitFor()
    await page.getByRole('tab', { name: 'Quotas' }).click()
    await page.getByRole('cell', { name: '/cgi-bin/token' }).first().waitFor()
    await page.getByRole('tab', { name: 'Tokens' }).click()
    await page.getByRole('cell', { name: '#1', exact: true }).waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
  })

  test('the clock jumps to midnight in China, and back', async () => {
    const { page, box, visit } = await openConsole(browser())
    await visit('/?view=wechat')
    await page.getByRole('button', { name: 'To midnight in China' }).click()
    await page
      .getByText(/23 Nov 2026, 00:00:\d\d/)
      .first()
      .waitFor()
    expect(await box.control('/clock')).toMatchObject({ iso: '2026-11-22T16:00:00.000Z' })
    await page.getByRole('button', { name: '+1 hour' }).click()
    await expect.poll(() => box.control('/clock')).toMatchObject({ iso: '2026-11-22T17:00:00.000Z' })
  })

  test('a lost box is said', async () => {
    const { page, box, visit } = await openConsole(browser(), { losesBox: true })
    await visit('/')
    await page.getByText('No phones yet').waitFor()
    await box.box.close()
    await page.getByText('The connection to the box is lost').waitFor()
    expect(await page.getByRole('heading', { name: 'Phones' }).count()).toBe(1)
  })
})
