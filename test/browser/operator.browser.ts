/** `./queqiao console` as operators open it: the same views, over the tables and queues of a whole local stack. */

import { describe, expect, onTestFinished, test } from 'vitest'
import { openForAll } from '../for-all.ts'
import { event, openSendingStack } from '../local/sending-stack.ts'
import { eventually } from '../local/whole-stack.ts'
import { startTool } from '../tools/run-tool.ts'
import { chromiumPath, useBrowser } from './chromium.ts'
import { looks, openStagePage } from './open-console.ts'

describe.skipIf(chromiumPath === undefined)('./queqiao console', () => {
  const browser = useBrowser()
  const stack = openForAll(() => openSendingStack())

  /** Starts the command; answers the address that it prints. */
  async function openConsole(...options: readonly string[]): Promise<string> {
    const { ports } = stack.settings
    const env = Object.entries(ports).map(([name, port]) => [`${name.toUpperCase()}_PORT`, `${port}`])
    const child = startTool('console', ['--port', '0', ...options], Object.fromEntries(env))
    onTestFinished(() => void child.kill('SIGKILL'))
    for await (const chunk of child.stdout) {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(`${chunk}`) ?? []
      if (url !== undefined) return url
    }
    throw new Error('it ended')
  }

  async function pushBad(id: string) {
    const who = await stack.follower()
    await stack.push([event(id, who.openid, { data: { amount2: 'much' } })])
    await eventually(() => stack.stateOf(id), 'rejected')
    return who
  }

  test('shows what was not delivered and why, masks people until asked, and has no key that changes anything', async () => {
    const who = await pushBad('order-1:read')
    const { page, visit } = await openStagePage(browser(), await openConsole())
    await visit('/')
    await page.getByRole('link', { name: 'order-1:read' }).click()
    await page.locator('.step', { hasText: 'Decided: rejected' }).waitFor()
    await page.getByText('The tables keep the last try').waitFor()
    expect(await page.locator('nav a').allInnerTexts()).toEqual(['Events', 'Work'])
    await page.getByRole('link', { name: 'Work' }).click()
    await page.getByRole('link', { name: 'events-dlq' }).click()
    const letter = page.locator('.letters li', { hasText: 'order-1:read' })
    await letter.waitFor()
    expect(await letter.innerText()).not.toContain(who.openid)
    await page.locator('input[name=show-ids]').check()
    await letter.getByText(who.openid).waitFor()
    const changing = 'button:is([name=push], [name=redrive], [name=reopen], [name=repeat], [name=midnight])'
    expect(await page.locator(changing).count()).toBe(0)
    await visit('/?view=events&push=on')
    await page.getByRole('link', { name: 'order-1:read' }).waitFor()
    expect(await page.locator(changing).count()).toBe(0)
  })

  test('pushes and moves back with --write', async () => {
    const who = await pushBad('order-2:write')
    const { page, visit } = await openStagePage(browser(), await openConsole('--write'))
    await visit('/?view=events')
    await page.locator('button[name=push]').click()
    await page.locator('input[name=to]').fill(`${who.unionid}`)
    await page.locator('input[name=event-id]').fill('order-3:pushed')
    await page.locator('button[name=push-now]').click()
    await eventually(async () => (await stack.phone(who)).length, 1)
    await visit('/?view=work&queue=events-dlq')
    const letter = page.locator('.letters li', { hasText: 'order-2:write' })
    await letter.locator('button[name=redrive]').click()
    await page.locator('.toast', { hasText: 'Moved back: 1' }).waitFor()
  })

  for (const look of looks.filter(it => it.scheme === 'light'))
    test(`${look.language}, ${look.width} px: nothing is too wide, and axe finds no fault`, async () => {
      const { page, visit, axe } = await openStagePage(browser(), await openConsole(), look)
      const id = `order-4:${look.language}-${look.width}`
      await pushBad(id)
      for (const [path, seen] of [
        [`view=events&event=${id}`, '.step'],
        ['view=work&queue=events-dlq', '.letters li'],
        ['view=work&part=sync', '.facts'],
      ] as const) {
        await visit(`/?${path}`)
        await page.locator(seen).first().waitFor()
        expect(await axe(), path).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(look.width)
      }
    })
})
