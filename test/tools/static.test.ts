/** `./queqiao static`, beside the local stack's S3 and a parameter store. */

import { createHash } from 'node:crypto'
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'

import { runStatic } from '../../tools/static/command.ts'
import { contentTypeOf, hashedName, planUpload } from '../../tools/static/plan.ts'
import { openStaticStore, type StaticStore } from '../../tools/static/store.ts'
import { openFolder as openEmptyFolder, openEmulator } from '../opened.ts'
import { openParameterStore } from './parameter-store.ts'
import { onAws, runTool } from './run-tool.ts'
import { openSession, placeAt, untilEnd } from './session.ts'

const region = 'us-east-1'
const hashOf = (text: string) => createHash('md5').update(text).digest('hex').slice(0, 8)

/** A folder of files with these texts. */
async function openFolder(files: Readonly<Record<string, string>>) {
  const folder = await openEmptyFolder()
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(files)) await write(name, text)
  return { folder, write, remove: (name: string) => rm(join(folder, name)) }
}

/** The bucket of a stage. */
async function openBucket(stage = 'local') {
  const url = await openEmulator()
  const place = placeAt(url, stage)
  const Bucket = `queqiao-${stage}-static`
  const s3 = new S3Client({ ...place, forcePathStyle: true })
  untilEnd.add(() => s3.destroy())
  await s3.send(new CreateBucketCommand({ Bucket }))
  return {
    ...{ port: new URL(url).port, url, place, bucket: Bucket },
    put: (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body })),
    async keys() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
      return Contents.map(it => it.Key ?? '').toSorted()
    },
    async head(name: string) {
      const { ContentType, CacheControl } = await s3.send(new HeadObjectCommand({ Bucket, Key: `static/${name}` }))
      return { ContentType, CacheControl }
    },
    async text(name: string) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `static/${name}` }))
      return Body?.transformToString()
    },
  }
}

/** A local stage, and a folder of such files. */
async function openStage(files: Readonly<Record<string, string>>) {
  return { bucket: await openBucket(), ...(await openFolder(files)) }
}

type Bucket = Awaited<ReturnType<typeof openBucket>>
type Wishes = { isPruning?: boolean; abortAfter?: number }

/** Runs the command in this process, and tells what it asked of the bucket. */
async function runHere({ place, bucket }: Bucket, folder: string, wishes: Wishes = {}) {
  const { isPruning = false, abortAfter = Number.POSITIVE_INFINITY } = wishes
  const { session, leaving, text } = openSession(0)
  const puts: string[] = []
  let lists = 0
  const counting = (store: StaticStore): StaticStore => ({
    ...store,
    list: () => {
      lists += 1
      return store.list()
    },
    async put(upload) {
      if (puts.length >= abortAfter) leaving.abort()
      leaving.signal.throwIfAborted()
      await store.put(upload)
      puts.push(upload.key.slice('static/'.length))
    },
  })
  const code = await runStatic(
    { stage: place.stage, folder, isPruning },
    {
      ...{ ...session, place },
      address: async () => ({ bucket, url: 'https://files.example.com' }),
      open: name => counting(openStaticStore({ place, bucket: name, signal: session.signal })),
    },
  )
  return { code, said: `${text()}\n`, puts, lists }
}

describe('./queqiao static', () => {
  it('uploads each file under its name and under its hash, with a list of both', async () => {
    const { bucket, folder } = await openStage({ 'logo.png': 'a logo', 'pages/index.json': '{}', LICENSE: 'free' })
    const { code, stdout, stderr } = await runTool('static', ['--folder', folder], {
      SQS_PORT: `${bucket.port}`,
      API_PORT: '3456',
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('✓ 3 files: 7 objects uploaded, 0 as before')
    expect(stdout).toContain('http://127.0.0.1:3456/static/…')
    const logo = `logo.${hashOf('a logo')}.png`
    const page = `pages/index.${hashOf('{}')}.json`
    const license = `LICENSE.${hashOf('free')}`
    const names = ['logo.png', logo, 'pages/index.json', page, 'LICENSE', license, 'manifest.json']
    expect(await bucket.keys()).toEqual(names.map(it => `static/${it}`).toSorted())
    expect(JSON.parse((await bucket.text('manifest.json')) ?? '')).toEqual({
      LICENSE: license,
      'logo.png': logo,
      'pages/index.json': page,
    })
    expect([await bucket.text(logo), await bucket.head('logo.png'), await bucket.head(logo)]).toEqual([
      'a logo',
      { ContentType: 'image/png', CacheControl: 'public, max-age=300' },
      { ContentType: 'image/png', CacheControl: 'public, max-age=31536000, immutable' },
    ])
    expect(await bucket.head('manifest.json')).toEqual({
      ContentType: 'application/json; charset=utf-8',
      CacheControl: 'no-cache',
    })
    expect(await bucket.head(license)).toMatchObject({ ContentType: 'application/octet-stream' })
  })

  it('finds the bucket of a stage on AWS by what the stack has written down', async () => {
    const bucket = await openBucket('prod')
    const { folder } = await openFolder({ 'a.txt': 'a' })
    const ssm = await openParameterStore(untilEnd, {
      '/queqiao/prod/static-bucket': bucket.bucket,
      '/queqiao/prod/files-url': 'https://d111.example.com',
    })
    const args = ['--stage', 'prod', '--region', region, '--folder', folder, '--json']
    const { code, stdout } = await runTool('static', args, onAws({ ssm: ssm.url, s3: bucket.url }))
    expect(code).toBe(0)
    const uploaded = [`a.${hashOf('a')}.txt`, 'a.txt', 'manifest.json'].map(it => `static/${it}`)
    const url = 'https://d111.example.com/static/'
    expect(JSON.parse(stdout)).toEqual({ url, uploaded, unchanged: 0, gone: [] })
    expect(await bucket.text('a.txt')).toBe('a')

    const other = ['--stage', 'test', '--region', region, '--folder', folder]
    const failed = await runTool('static', other, onAws({ ssm: ssm.url, s3: bucket.url }))
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('no stage test with static files')])
  })

  it('puts nothing that is there already, and only what has changed', async () => {
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}.txt`, `text ${index}`]))
    const { bucket, folder, write } = await openStage(files)
    expect((await runHere(bucket, folder)).puts).toHaveLength(121)
    const second = await runHere(bucket, folder)
    expect([second.puts, second.lists]).toEqual([[], 1])
    expect(second.said).toContain('✓ 60 files: 0 objects uploaded, 121 as before')
    // The same length: only the content differs.
    await write('f7.txt', 'TEXT 7')
    expect((await runHere(bucket, folder)).puts).toEqual([`f7.${hashOf('TEXT 7')}.txt`, 'f7.txt', 'manifest.json'])
    expect(await bucket.text('f7.txt')).toBe('TEXT 7')
    // Whoever still has the list of before finds what it names.
    expect(await bucket.text(`f7.${hashOf('text 7')}.txt`)).toBe('text 7')
  })

  it('sees more than the thousand objects that a list holds', async () => {
    const files = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f${index}.txt`, `${index}`]))
    const { bucket, folder } = await openStage(files)
    await runHere(bucket, folder)
    expect((await runHere(bucket, folder)).puts).toEqual([])
  })

  it('names nothing in the list before it is there, when it is stopped amid it; the next run goes on', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}.txt`, `text ${index}`]))
    const { bucket, folder } = await openStage(files)
    const { code, said, puts } = await runHere(bucket, folder, { abortAfter: 50 })
    expect([code, said.includes('Stopped'), puts.includes('manifest.json')]).toEqual([130, true, false])
    const hashed = puts.filter(it => /\.[0-9a-f]{8}\.txt$/.test(it))
    expect(hashed).toHaveLength(40)
    const next = await runHere(bucket, folder)
    expect([next.code, next.puts.filter(it => hashed.includes(it)), next.puts.at(-1)]).toEqual([0, [], 'manifest.json'])
    expect(await bucket.keys()).toHaveLength(81)
  })

  it('removes what is gone only when told to, names it, and touches nothing else', async () => {
    const { bucket, folder, remove } = await openStage({ 'a.txt': 'a', 'b.txt': 'b' })
    await runHere(bucket, folder)
    await bucket.put('images/x/y.jpg', 'a picture')
    await remove('b.txt')
    const hashed = `static/b.${hashOf('b')}.txt`

    const kept = await runHere(bucket, folder)
    expect(kept.said).toContain(`2 objects of before stay; to remove them · 删除旧文件: ./queqiao static`)
    expect(await bucket.keys()).toContain('static/b.txt')

    const { said } = await runHere(bucket, folder, { isPruning: true })
    expect(said).toContain(`2 removed · 删除:\n    ${hashed}\n    static/b.txt\n`)
    const left = ['images/x/y.jpg', `static/a.${hashOf('a')}.txt`, 'static/a.txt', 'static/manifest.json']
    expect(await bucket.keys()).toEqual(left)
  })

  it('leaves out what is hidden, links and the README of the folder, and tells them', async () => {
    const files = { 'a.txt': 'a', '.env': 'SECRET', '.git/config': 'x', 'README.md': 'x', 'docs/README.md': 'x' }
    const { bucket, folder } = await openStage(files)
    const { folder: elsewhere } = await openFolder({ 'secret.txt': 'x' })
    await symlink(join(elsewhere, 'secret.txt'), join(folder, 'link.txt'))
    await symlink(elsewhere, join(folder, 'linked'))
    const { code, said } = await runHere(bucket, folder)
    expect(code).toBe(0)
    expect(JSON.parse((await bucket.text('manifest.json')) ?? '')).toEqual({
      'a.txt': expect.any(String),
      'docs/README.md': expect.any(String),
    })
    const leftOut = ['.env (hidden)', '.git (hidden)', 'README.md (for people)', 'link.txt (a link)', 'linked (a link)']
    for (const it of leftOut) expect(said).toContain(`    ${it}\n`)
  })

  it('uploads nothing while a file cannot be served, and names all of them', async () => {
    const bucket = await openBucket()
    const deep = `${'d/'.repeat(10)}a.txt`
    const { folder } = await openFolder({ 'my logo.png': 'x', 'manifest.json': '{}', [deep]: 'x' })
    await writeFile(join(folder, 'film.mp4'), '')
    await truncate(join(folder, 'film.mp4'), 100_000_001)
    const { code, said, puts } = await runHere(bucket, folder)
    expect([code, puts]).toEqual([1, []])
    const taken = 'manifest.json: this name is taken'
    for (const it of ['my logo.png: a name has', taken, 'film.mp4: it has more', `${deep}: a name has`])
      expect(said).toContain(it)
  })

  it('does not put under a hash what changed since it was read', async () => {
    const { bucket, folder, write } = await openStage({ 'a.txt': 'a' })
    const { place, bucket: name } = bucket
    const store = openStaticStore({ place, bucket: name, signal: new AbortController().signal })
    await write('a.txt', 'b')
    const from = { name: 'a.txt', path: join(folder, 'a.txt'), size: 1 }
    const upload = { key: 'static/a.x.txt', from, size: 1, md5: hashOf('a'), contentType: '', cacheControl: '' }
    await expect(store.put(upload)).rejects.toThrow('changed while it was uploaded')
    expect(await bucket.keys()).toEqual([])
  })

  it('says what to do where there is no bucket', async () => {
    const { bucket, folder } = await openStage({ 'a.txt': 'a' })
    const other = await runHere({ ...bucket, bucket: 'queqiao-other-static' }, folder)
    expect([other.code, other.said]).toEqual([1, expect.stringContaining('has no bucket queqiao-other-static')])
  })
})

it('nothing but static files is ever to be removed', () => {
  const stored = new Map(['images/a/b.jpg', 'a.txt', 'static/a.txt'].map(it => [it, { size: 1, etag: 'x' }]))
  expect(planUpload([], stored).gone).toEqual(['static/a.txt'])
})

it.each([
  ['a/b.c/logo', 'a/b.c/logo.01234567'],
  ['a.tar.gz', 'a.tar.01234567.gz'],
  ['a/b.png', 'a/b.01234567.png'],
])('%s is under its hash %s', (name, wanted) => {
  expect(hashedName({ name, md5: '0123456789' })).toBe(wanted)
})

it.each([
  ['a.PNG', 'image/png'],
  ['a.woff2', 'font/woff2'],
  ['a.js', 'text/javascript; charset=utf-8'],
  ['a.json', 'application/json; charset=utf-8'],
  ['a.glb', 'model/gltf-binary'],
  ['a.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['a.unknown', 'application/octet-stream'],
  ['png', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
])('%s is served as %s', (name, type) => {
  expect(contentTypeOf(name)).toBe(type)
})
