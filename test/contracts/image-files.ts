import { expect, it } from 'vitest'

import type { ImageFiles } from '../../lib/images/ports.ts'
import { inParallel } from '../../lib/pool.ts'

type Files = Omit<ImageFiles, 'readableUrl'>
type Place = { readonly files: Files; put(key: string, bytes: Uint8Array): Promise<void> }

/** What every store of pictures must do; `make` gives an empty one, and a way into it. */
export function imageFilesContract(make: () => Promise<Place>): void {
  const contentType = 'image/png'

  it('reads no more of a file than it is asked for, and tells its whole size', async () => {
    const { files, put } = await make()
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 251)
    await put('uploads/a/b', bytes)
    expect(await files.head('uploads/a/b', 10)).toEqual({
      ...{ bytes: bytes.subarray(0, 10), size: 1000, etag: expect.stringMatching(/./) },
    })
    expect(await files.head('uploads/a/b', 5000)).toMatchObject({ bytes, size: 1000 })
    expect(await files.head('uploads/a/none', 10)).toBeUndefined()
  })

  it('copies the file that was looked at, and not one that came in its place', async () => {
    const { files, put } = await make()
    await put('uploads/a/b', Buffer.from('one'))
    const { etag = '' } = (await files.head('uploads/a/b', 10)) ?? {}
    await put('uploads/a/b', Buffer.from('two'))
    expect(await files.copy('uploads/a/b', 'images/a/b.png', { contentType, etag })).toBe(false)
    expect(await files.head('images/a/b.png', 10)).toBeUndefined()
    const { etag: second = '' } = (await files.head('uploads/a/b', 10)) ?? {}
    expect(await files.copy('uploads/a/b', 'images/a/b.png', { contentType, etag: second })).toBe(true)
    expect((await files.head('images/a/b.png', 10))?.bytes).toEqual(new Uint8Array(Buffer.from('two')))
    expect(await files.copy('uploads/a/b', 'images/a/c.png', { contentType })).toBe(true)
    expect(await files.copy('uploads/a/none', 'images/a/d.png', { contentType, etag })).toBe(false)
  })

  it('reads the whole of the file that was looked at, and not of one that came in its place', async () => {
    const { files, put } = await make()
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251)
    await put('uploads/a/b', bytes)
    const { etag = '' } = (await files.head('uploads/a/b', 10)) ?? {}
    expect(await files.read('uploads/a/b', etag)).toEqual(bytes)
    await put('uploads/a/b', Buffer.from('two'))
    expect(await files.read('uploads/a/b', etag)).toBeUndefined()
    expect(await files.read('uploads/a/none', etag)).toBeUndefined()
  })

  it('writes a file, also over another', async () => {
    const { files } = await make()
    for (const text of ['one', 'two']) {
      await files.write('images/a/b.png', Buffer.from(text), { contentType })
      expect((await files.head('images/a/b.png', 10))?.bytes).toEqual(new Uint8Array(Buffer.from(text)))
    }
  })

  it('lists what begins so, a thousand at a time, also while it is removed', async () => {
    const { files, put } = await make()
    const keys = Array.from({ length: 1001 }, (_, index) => `images/a/${`${index}`.padStart(4, '0')}`)
    await inParallel([...keys, 'images/ab', 'uploads/a/0000'], 20, it => put(it, Buffer.from('one')))
    const pages: (readonly string[])[] = []
    for await (const page of files.list('images/a/')) {
      pages.push(page)
      await inParallel(page, 20, files.remove)
    }
    expect(pages.flat()).toEqual(keys)
    expect(pages.map(it => it.length)).toEqual([1000, 1])
    expect((await Array.fromAsync(files.list('images/a'))).flat()).toEqual(['images/ab'])
    expect((await Array.fromAsync(files.list('images/c/'))).flat()).toEqual([])
  })

  it('removes a file, and nothing where there is none', async () => {
    const { files, put } = await make()
    await put('uploads/a/b', Buffer.from('one'))
    await files.remove('uploads/a/b')
    await files.remove('uploads/a/b')
    expect(await files.head('uploads/a/b', 10)).toBeUndefined()
  })
}
