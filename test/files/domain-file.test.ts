import { readFile } from 'node:fs/promises'

import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'

import { readFunctions } from '../../kit/service.ts'
import { createImageFiles } from '../../lib/adapters/aws/s3-image-files.ts'
import { createDomainFiles } from '../../lib/files/domain-file.ts'
import { routesOf } from '../../tools/needs/compare.ts'
import { openS3 } from '../opened.ts'

const name = 'MP_verify_Ab3dEf6hIj9kLm2n.txt'
const unknown = expect.objectContaining({ name: 'RequestError', code: 'file-unknown', status: 404 })

const routes = Object.values((await readFunctions()).functions).flatMap(routesOf)
/** The routes of one name that nothing can be read from. */
const posted = routes
  .flatMap(it => /^POST \/([\w-]+)$/.exec(it)?.[1] ?? [])
  .filter(it => !routes.includes(`GET /${it}`))

/** A bucket in memory that counts how often it is read. */
function openFiles(objects: Map<string, string>) {
  const clock = { now: 0 }
  const asked: string[] = []
  const files = createDomainFiles({
    now: () => clock.now,
    statics: {
      async head(key, most) {
        asked.push(key)
        const bytes = Buffer.from(objects.get(key) ?? '')
        return objects.has(key) ? { bytes: bytes.subarray(0, most), size: bytes.length, etag: '"x"' } : undefined
      },
    },
  })
  return { files, clock, asked }
}

describe('a file by which WeChat knows a domain', () => {
  it('is told as it is, and read once a minute', async () => {
    const objects = new Map([[`static/${name}`, 'Ab3dEf6hIj9kLm2n\n']])
    const { files, clock, asked } = openFiles(objects)
    expect([await files.read(name), await files.read(name)]).toEqual(['Ab3dEf6hIj9kLm2n\n', 'Ab3dEf6hIj9kLm2n\n'])
    expect(asked).toEqual([`static/${name}`])
    objects.set(`static/${name}`, 'new')
    clock.now += 60_000
    expect(await files.read(name)).toBe('new')
  })

  it('is found as soon as it is uploaded, though it was asked for before', async () => {
    const objects = new Map<string, string>()
    const { files } = openFiles(objects)
    await expect(files.read(name)).rejects.toThrow(unknown)
    objects.set(`static/${name}`, 'x')
    expect(await files.read(name)).toBe('x')
  })

  it('has at most 4 KiB', async () => {
    const objects = new Map([
      ['static/small.txt', 'x'.repeat(4096)],
      ['static/large.txt', 'x'.repeat(4097)],
    ])
    const { files } = openFiles(objects)
    expect(await files.read('small.txt')).toHaveLength(4096)
    await expect(files.read('large.txt')).rejects.toThrow(unknown)
  })

  it('is told from S3, and is none there if it is empty or missing', async () => {
    const { s3 } = await openS3()
    const Bucket = 'stage-static'
    await s3.send(new CreateBucketCommand({ Bucket }))
    for (const [file, Body] of Object.entries({ 'a.txt': 'Ab3', 'empty.txt': '' }))
      await s3.send(new PutObjectCommand({ Bucket, Key: `static/${file}`, Body }))

    const files = createDomainFiles({ statics: createImageFiles(s3, Bucket), now: Date.now })
    expect(await files.read('a.txt')).toBe('Ab3')
    for (const file of ['empty.txt', 'none.txt']) await expect(files.read(file)).rejects.toThrow(unknown)
  })

  it.each(posted)('is never %s: that route takes POST alone', async route => {
    const { files, asked } = openFiles(new Map())
    const refused = { code: 'method-not-allowed', status: 405, message: `/${route} takes POST alone.`, allow: ['POST'] }
    await expect(files.read(route)).rejects.toMatchObject(refused)
    expect(asked).toEqual([])
  })

  it('is refused for such routes as docs/http-api.md tells of', async () => {
    const [row] = /^\| `method-not-allowed`.*$/m.exec(await readFile('docs/http-api.md', 'utf8')) ?? []
    expect(posted.length).toBeGreaterThan(2)
    expect(row?.split('|')[3]?.trim().split(', ').toSorted()).toEqual(posted.toSorted())
  })

  it.each([
    ...['', '.txt', 'a.html', 'a.txt.html', 'a.TXT', '../a.txt', 'a/b.txt', 'a b.txt', 'a.b.txt', 'favicon.ico'],
    ...[`${'x'.repeat(65)}.txt`, 'a.txt\n', 'ü.txt', '%2e.txt'],
  ])('is never %j, and the bucket is not asked', async wrong => {
    const { files, asked } = openFiles(new Map([[`static/${wrong}`, 'x']]))
    await expect(files.read(wrong)).rejects.toThrow(unknown)
    expect(asked).toEqual([])
  })
})
