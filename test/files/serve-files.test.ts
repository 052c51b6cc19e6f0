import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type ServeDeps, serveFile } from '../../lib/files/serve-files.ts'

const owner = 'Ab3_-Ab3_-Ab3_-Ab3_-Ab'
const file = 'Zz9_-Zz9_-Zz9_-Zz9_-Zz'
const deps: ServeDeps = {
  images: { readableUrl: async (key, seconds) => `https://images.example/${key}?for=${seconds}` },
  statics: { readableUrl: async (key, seconds) => `https://static.example/${key}?for=${seconds}` },
}
const unknown = expect.objectContaining({ name: 'RequestError', code: 'file-unknown', status: 404 })

describe('serveFile', () => {
  it.each(['jpg', 'png', 'webp', 'gif'])('leads to a picture that was checked, a %s', async ending => {
    const { location, maxAgeSeconds } = await serveFile({ owner, file: `${file}.${ending}` }, deps)
    expect(location).toBe(`https://images.example/images/${owner}/${file}.${ending}?for=300`)
    // Whoever keeps the answer to its end still has a good address.
    expect(maxAgeSeconds).toBeLessThanOrEqual(300 - 60)
  })

  it.each(['logo.png', 'icons/big/logo.1a2b3c4d.png', 'LICENSE', 'a/_b-c.tar.gz'])('leads to %s', async path => {
    expect(await serveFile({ path }, deps)).toMatchObject({
      location: `https://static.example/static/${path}?for=300`,
    })
  })

  it.each([
    [{ owner, file: `${file}.svg` }],
    [{ owner, file }],
    [{ owner, file: `${file}.jpg.html` }],
    [{ owner, file: `${file}x.jpg` }],
    [{ owner: owner.slice(1), file: `${file}.jpg` }],
    [{ owner: '..', file: `${file}.jpg` }],
    [{ owner, file: '../../checking/x' }],
    [{}],
  ])('finds no picture %#', async path => {
    await expect(serveFile(path, deps)).rejects.toThrow(unknown)
  })

  it.each([
    ...['', '/', '/logo.png', 'logo.png/', 'a//b', '..', '../images/x', 'a/../b', './a', 'a/.hidden', '.env'],
    ...['a%2e%2e/b', 'a b', 'a\\b', 'a\0b', 'a?b', 'a#b', 'ü.png', 'a\nb', 'x'.repeat(513), `${'a/'.repeat(10)}b`],
  ])('finds no static file %j', async path => {
    await expect(serveFile({ path }, deps)).rejects.toThrow(unknown)
  })

  it('leads nowhere but below images/ and static/, whatever is asked for', async () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '/', '%2e', '\\', 'images', owner, `${file}.jpg`), fc.string())
    const text = fc.array(part, { maxLength: 5 }).map(it => it.join(''))
    const path = fc.oneof(fc.record({ path: text }), fc.record({ owner: text, file: text }))
    await fc.assert(
      fc.asyncProperty(path, async it => {
        const found = await serveFile(it, deps).catch(error => error)
        const isLed = /^https:\/\/(images|static)\.example\/\1\/[^?]+\?for=300$/.test(found.location)
        const { pathname } = new URL(isLed ? found.location : 'https://static.example/static/')
        expect(isLed ? pathname.split('/')[1] : found.code).toMatch(/^(images|static|file-unknown)$/)
      }),
    )
  })
})
