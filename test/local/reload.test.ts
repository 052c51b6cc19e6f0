/** `npm start` as it is used: its lines, and the lists that are edited while it runs. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { callJson } from '../../local/http-json.ts'
import { patience } from '../patience.ts'
import { openFolder } from './started-stack.ts'

const examples = join(import.meta.dirname, '../../examples/accounts')
const region = { kind: 'official', appid: 'wx000000004e910001' }
const apps = {
  brand: { kind: 'official', appid: 'wx00000000b4a4d001', default: true },
  shop: { kind: 'mini', appid: 'wx00000000540b0001' },
}
const template = { templateId: 'bRaNdOrDeRpAiD0Lm3nQ7rT9vXzBdFhJlNpRtVxZ1b3', title: 'paid', fields: { time3: 'when' } }
const signal = () => AbortSignal.timeout(patience.timeout)

let lists: string
let folder: Awaited<ReturnType<typeof openFolder>>
let stack: Awaited<ReturnType<typeof folder.start>>

beforeAll(async () => {
  lists = await mkdtemp(join(tmpdir(), 'queqiao-lists-'))
  const { local } = JSON.parse(await readFile(join(examples, 'templates.json'), 'utf8'))
  await write('templates.json', { 'order-paid': local['order-paid'] })
  await write('apps.json', apps)
  folder = await openFolder('', undefined, { LISTS_FOLDER: lists })
  stack = await folder.start()
})

afterAll(async () => {
  await stack?.stop()
  await folder?.remove()
  await rm(lists, { recursive: true })
})

const write = (file: string, local: object | string) =>
  writeFile(join(lists, file), typeof local === 'string' ? local : JSON.stringify({ local }))
const shown = () => stack.output().split('Ctrl-C stops')[1] ?? ''
const callback = (app: string) =>
  callJson('GET', `http://127.0.0.1:${folder.ports.api}/callback/${app}?signature=x`, { signal: signal() })
const console = (view: string) =>
  callJson('GET', `http://127.0.0.1:${folder.ports.wechat}/api/${view}`, { signal: signal() })

it('shows a refused callback in one line that is no JSON', async () => {
  await callback('shop')

  await expect.poll(shown, patience).toMatch(/^\d\d:\d\d:\d\d ! callback refused: callback-unsigned \(401\)$/m)
  expect(shown()).not.toContain('{"level"')
})

it('takes a new Official Account of apps.json: the functions, WeChat in a box, its secrets and queues', async () => {
  expect(await callback('region')).toMatchObject({ status: 404 })
  await write('apps.json', '{"local":{"brand"')
  await expect.poll(shown, patience).toMatch(/! apps\.json .*the last good list stays in use until it is fixed$/m)
  expect(await callback('brand')).toMatchObject({ status: 401 })

  await write('apps.json', { ...apps, region })

  await expect.poll(shown, patience).toMatch(/· apps\.json: added region$/m)
  await expect.poll(shown, patience).toContain('the functions answer again')
  expect(await callback('region')).toMatchObject({ status: 401 })
  const { told } = await folder.run('tools/queqiao.cjs', 'doctor', '--app', 'region')
  expect(told).toMatch(/✓ Official Account .*\(region\): wx000000004e910001: WeChat accepts its appsecret/)
  expect(told).not.toContain('✗')
  expect((await console('stage')).body).toMatchObject({ officials: ['brand', 'region'] })
})

it('takes a changed templates.json, of each Official Account, and says what is new', async () => {
  await write('templates.json', { paid: template, official: { region: { late: template } } })

  await expect.poll(shown, patience).toMatch(/templates\.json: added paid of brand, late of region; removed order-paid/)
  expect((await console('templates')).body).toMatchObject({
    templates: expect.arrayContaining([expect.objectContaining({ account: 'region', name: 'late' })]),
  })
})
