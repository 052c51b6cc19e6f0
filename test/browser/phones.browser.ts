import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { chromiumPath, useBrowser } from './chromium.ts'
import { openConsole, sendTo } from './open-console.ts'

describe.skipIf(chromiumPath === undefined)('the phones', () => {
  const browser = useBrowser()

  test('somebody is added, follows, writes, reads the reply, blocks and unfollows, by clicking', async () => {
    const { page, box, visit } = await openConsole(browser())
    await visit('/')
    await page.getByLabel('Name of a new person').fill('小明')
    await page.getByRole('button', { name: 'Add' }).click()
    const phone = page.locator('.handset')
    await phone.getByRole('button', { name: 'Follow' }).click()
    await phone.getByLabel('Message', { exact: true }).fill('Where is my order?')
    await phone.getByRole('button', { name: 'Send' }).click()
    await phone.getByText('You said: Where is my order?').waitFor()
    expect(await phone.locator('.mine .bubble').innerText()).toContain('Where is my order?')

    await page.getByLabel('Blocks messages').selectOption('refuse')
    await page.getByText('messages blocked').waitFor()
    const person = await box.control('/people/0')
    expect(person).toMatchObject({ name: '小明', following: true, blocking: 'refuse' })
    await page.getByRole('button', { name: 'Revoke consent' }).click()
    await expect
      .poll(() => box.control('/callbacks?event=user_authorization_revoke'))
      .toMatchObject({ deliveries: [{}] })
    await page.getByRole('button', { name: 'Unfollow' }).click()
    await phone.getByRole('button', { name: 'Follow' }).waitFor()
    expect(await box.control('/people/0')).toMatchObject({ following: false })
  })

  test('a template message appears by itself, as a card whose page opens in the mini program', async () => {
    const { page, box, visit } = await openConsole(browser())
    const { openid } = await box.person({ name: '小明', following: true })
    await visit('/?person=0')
    await page.getByText('No messages yet').waitFor()
    const miniprogram = { appid: defaultAccounts.mini.appid, pagepath: 'pages/order?id=7' }
    expect(await sendTo(box, openid, { miniprogram })).toMatchObject({ errcode: 0 })

    const card = page.locator('article.template')
    await card.getByText('订单支付成功通知').waitFor()
    expect(await card.locator('dl').innerText()).toMatch(/订单编号\s+20261122-0001\s+支付金额\s+¥88.00/)
    await card.getByRole('button').click()
    await page.getByText('pages/order', { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('open')).toBe('pages/order?id=7')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText(/^(5:00|4:5\d)$/).waitFor()
    await page.goBack()
    await card.waitFor()
  })

  test('a code is scanned, and the menu is tapped', async () => {
    const { page, box, visit } = await openConsole(browser())
    await box.person({ name: '小明' })
    const token = await box.token()
    const scene = { action_name: 'QR_LIMIT_STR_SCENE', action_info: { scene: { scene_str: 'shop-7' } } }
    await box.post(`/cgi-bin/qrcode/create?access_token=${token}`, scene)
    const sub_button = [{ type: 'click', name: 'Orders', key: 'orders' }]
    await box.post(`/cgi-bin/menu/create?access_token=${token}`, { button: [{ name: 'More', sub_button }] })
    await visit('/?person=0')
    await page.getByRole('button', { name: 'Scan a code' }).click()
    await page.getByRole('listitem').filter({ hasText: 'shop-7' }).getByRole('button', { name: 'Scan' }).click()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('button', { name: 'Orders' }).click()
    await page.getByText('You said: orders').waitFor()
    expect(await box.control('/callbacks?event=subscribe')).toMatchObject({ deliveries: [{ outcome: 'accepted' }] })
  })

  test('of 100,000 people any is found, and the list is paged', async () => {
    const { page, box, visit } = await openConsole(browser())
    await box.person({ count: 100_000 })
    const { unionid } = await box.person({ name: '王芳' })
    await visit('/')
    await page.getByText('1–50 / 100,001').waitFor()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText('51–100 / 100,001').waitFor()
    await page.getByLabel('Search people').fill('99')
    await page.getByRole('link', { name: 'Person 99 #99' }).waitFor()
    await page.getByLabel('Search people').fill(unionid)
    await page.getByRole('link', { name: '王芳' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('person')).toBe('100000')
    await page.reload()
    await page.getByRole('heading', { name: '王芳' }).waitFor()
  })

  test('each id is copied by its button', async () => {
    const { page, box, visit } = await openConsole(browser())
    const { openid, miniOpenid, unionid } = await box.person({ name: '小明' })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await visit('/?person=0')
    for (const [name, id] of Object.entries({ openid, miniOpenid, unionid })) {
      await page.getByRole('button', { name: `Copy ${name}` }).click()
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(id)
    }
  })

  test('with several apps a pair is chosen, and each account has its own chat', async () => {
    const { page, box, visit } = await openConsole(browser())
    await box.control('/apps', { name: 'brand', kind: 'official' })
    const { id } = await box.person({ name: '小明', following: ['brand'] })
    await box.control(`/people/${id}/write`, { app: 'brand', content: 'hello brand' })
    await visit('/?person=0')
    await page.locator('.handset').getByRole('button', { name: 'Follow' }).waitFor()
    await page.getByLabel('Official Account').selectOption('brand')
    await page.getByText('hello brand').waitFor()
    expect(page.url()).toContain('official=brand')
  })

  test('what people are called and write is text, never markup', async () => {
    const { page, box, visit } = await openConsole(browser())
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    const { id, openid } = await box.person({ name: evil.slice(0, 60), following: true })
    await box.control(`/people/${id}/write`, { content: evil })
    await box.control('/templates', {
      add: [{ templateId: 'x'.repeat(43), title: evil.slice(0, 60), content: '<b>a</b>：{{thing1.DATA}}' }],
    })
    const sent = { template_id: 'x'.repeat(43), data: { thing1: { value: '<i>b</i>' } }, url: 'javascript:alert(1)' }
    await sendTo(box, openid, sent)
    await visit('/?person=0')
    await page.locator('article.template').waitFor()
    expect(await page.locator('.bubble').first().innerText()).toContain(evil)
    expect(await page.getByRole('heading', { level: 2 }).first().innerText()).toContain('<img')
    expect(await page.locator('.chat img, .chat script, .chat b, .chat i, .people img').count()).toBe(0)
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
    expect(await page.title()).toBe('Phones · Queqiao')
  })
})
