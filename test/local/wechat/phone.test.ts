import { createContext, runInContext, Script } from 'node:vm'
import * as v from 'valibot'
import { expect } from 'vitest'
import { openTestBox, test } from './open-test-box.ts'

const ids = v.array(v.object({ id: v.number() }))

test('the phone page may load nothing, send nothing elsewhere and sit in no frame', async () => {
  const { headers } = await (await openTestBox()).get('/')
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  const inline = "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
  const nowhere = "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  expect(headers.get('content-security-policy')).toBe(`default-src 'none'; ${inline}; ${nowhere}`)
})

test('the phone page is one whole file whose script parses and makes no markup from texts', async () => {
  const { text } = await (await openTestBox()).get('/')
  expect(text).not.toMatch(/\b(src|href)=|\bimport\b|url\(|:\/\//)
  expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/)
  const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? ''
  expect(script).toContain('/phones')
  expect(() => new Script(script)).not.toThrow()
})

test('all phones can be seen, the latest twenty by themselves, and who is not among them is counted', async ({
  box,
}) => {
  for (let person = 0; person < 23; person += 1) await box.person({ name: `${person}` })
  const idsAt = async (path: string) => v.parse(ids, await box.control(path)).map(it => it.id)

  expect(await idsAt('/phones')).toEqual(Array.from({ length: 20 }, (_, at) => at + 3))
  expect(await idsAt('/phones?limit=120')).toHaveLength(23)
  expect(await box.control('')).toMatchObject({ people: 23, phones: 23 })
  expect((await box.get('/_box/phones?limit=501')).status).toBe(400)
  // Else person 0 is gone from the page without a word.
  expect((await box.get('/')).text).toMatch(/show \$\{hidden\} earlier people/)
})

/** The texts of a message of the account `brand`, as the page draws it while the box has so many Official Accounts. */
async function textsOn(officialAccounts: number): Promise<string[]> {
  const texts: string[] = []
  const createElement = () => ({ append: (...children: unknown[]) => texts.push(...children.filter(isText)) })
  const document = { createElement, getElementById: () => ({}), hidden: true }
  const page = createContext({ document, setTimeout: () => undefined, location: {} })
  const { text } = await (await openTestBox()).get('/')
  const message = { app: 'brand', title: 'a title', lines: [], data: {}, at: 0 }
  const script = `${/<script>(.*)<\/script>/s.exec(text)?.[1]}; box = { officialAccounts: ${officialAccounts} }`
  runInContext(`${script}; drawMessage(${JSON.stringify(message)})`, page)
  return texts
}

const isText = (value: unknown) => typeof value === 'string'

test('a message bears the name of its account only where there is more than one', async () => {
  expect(await textsOn(1)).not.toContain('brand')
  expect(await textsOn(2)).toEqual(expect.arrayContaining(['brand', 'a title']))
})
