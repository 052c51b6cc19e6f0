import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { chromiumPath, useBrowser } from './chromium.ts'
import { reachByKeyboard } from './keyboard.ts'
import { looks, openConsole, sendTo } from './open-console.ts'

/** A person with a chat, in a WeChat that was called. */
async function openStory(...[browser, look]: Parameters<typeof openConsole>) {
  const opened = await openConsole(browser, look)
  const { box } = opened
  await box.person({ name: '王芳', following: true })
  await box.person({ name: '李雷' })
  const { id, openid } = await box.person({ name: '小明' })
  await box.control(`/people/${id}/follow`, {})
  const button = [
    { type: 'click', name: '我的订单', key: '我的订单' },
    { type: 'view', name: '商城', url: 'https://shop.example.com/' },
  ]
  await box.post(`/cgi-bin/menu/create?access_token=${await box.token()}`, { button })
  const miniprogram = { appid: defaultAccounts.mini.appid, pagepath: 'pages/order/detail?id=20261122-0001' }
  await sendTo(box, openid, { miniprogram })
  await box.control(`/people/${id}/write`, { content: '请问什么时候发货？' })
  await expect.poll(() => box.control(`/people/${id}/chat`)).toHaveLength(3)
  return { ...opened, id }
}

describe.skipIf(chromiumPath === undefined)('how it looks', () => {
  const browser = useBrowser()

  for (const look of looks)
    test(`${look.language}, ${look.width} px, ${look.scheme}: nothing is too wide, and axe finds no fault`, async () => {
      const { page, visit, axe, shot, id } = await openStory(browser(), look)
      // The pictures of README and docs.
      const isShown = look.width === 1440 && look.scheme === 'light'
      for (const [view, path, seen] of [
        ['people', '/', '.people-list a'],
        ['phones', `/?person=${id}`, 'article.template'],
        ['mini-program', `/?person=${id}&screen=mini&open=pages/order`, '.mini-part'],
        ['wechat', '/?view=wechat&call=3', '.code'],
        ['callbacks', '/?view=wechat&part=callbacks', '.rows'],
        ['quotas', '/?view=wechat&part=quotas', 'meter'],
        ['tokens', '/?view=wechat&part=tokens', '.rows'],
      ] as const) {
        await visit(path)
        await page.locator(seen).first().waitFor()
        expect(await axe(), view).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(look.width)
        if (isShown && /^(phones|wechat)$/.test(view)) await shot(`console-${view}-${look.language}-light`)
      }
    })

  test('the language and the theme are switched, and kept', async () => {
    const { page, visit } = await openConsole(browser())
    await visit('/')
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByRole('heading', { name: '手机' }).waitFor()
    await page.getByRole('button', { name: /^主题/ }).click()
    await page.getByRole('button', { name: /^主题/ }).click()
    await page.reload()
    await page.getByRole('heading', { name: '手机' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    expect(await page.locator('body').innerText()).not.toMatch(/Phones|Follow|People/)
  })

  test('by the keyboard alone a person is added, follows, writes, and a fault is switched on', async () => {
    const { page, box, visit } = await openConsole(browser())
    await visit('/')
    const tabTo = (name: string) => reachByKeyboard(page, name)
    await tabTo('Name of a new person')
    await page.keyboard.type('小明')
    await page.keyboard.press('Enter')
    await page.locator('.handset').getByRole('button', { name: 'Follow' }).waitFor()
    await tabTo('|follow')
    await page.keyboard.press('Enter')
    await page.locator('.handset input').waitFor()
    await tabTo('|message')
    await page.keyboard.type('hello')
    await page.keyboard.press('Enter')
    await page.getByText('You said: hello').waitFor()
    await tabTo('scan')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)

    await visit('/?view=wechat')
    await page.getByRole('switch').first().waitFor()
    await tabTo('Calls in')
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tab', { name: 'Callbacks out', selected: true }).waitFor()
    await tabTo('|busy')
    await page.keyboard.press('Space')
    await expect.poll(() => box.control('/switches')).toContainEqual({ name: 'busy', on: true })
  })
})
