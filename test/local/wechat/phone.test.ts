import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { openTestBox } from './open-test-box.ts'

test('the phone page may load nothing, send nothing elsewhere and sit in no frame', async () => {
  const { headers } = await (await openTestBox()).get('/')
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')?.split('; ')).toEqual([
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "script-src 'unsafe-inline'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ])
})

test('the phone page is one whole file whose script parses and makes no markup from texts', async () => {
  const { text } = await (await openTestBox()).get('/')
  expect(text).not.toMatch(/\b(src|href)=|\bimport\b|url\(|:\/\//)
  expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/)
  const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? ''
  expect(script).toContain('/phones')
  expect(() => new Script(script)).not.toThrow()
})
