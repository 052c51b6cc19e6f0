/** What people type and call by the documents: each command, option and route is there. */

import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { expect, it } from 'vitest'

import { consumers } from '../lib/doctor/check-concurrency.ts'
import { helpOf } from '../tools/command/help.ts'
import { verbs } from '../tools/command/verbs.ts'
import { openDoctorWorld } from './doctor/doctor-world.ts'
import { twoPairs } from './second-pair.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFile(join(root, file), 'utf8')
const helps = new Map(verbs.map(({ spec }) => [spec.verb, helpOf(spec)]))

/** All documents, in one text; a line that goes on behind a backslash is one. */
async function readDocuments(): Promise<string> {
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter(it => it.endsWith('.md'))
  const others = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'local/wechat/README.md']
  const examples = ['mini-program', 'push-event'].map(it => `examples/${it}/README.md`)
  const texts = await Promise.all([...others, ...examples, ...docs.map(it => `docs/${it}`)].map(read))
  return texts.join('\n').replaceAll(/\\\n\s*/g, '')
}

it('names commands that package.json has', async () => {
  const { scripts } = JSON.parse(await read('package.json'))
  const names = [...(await readDocuments()).matchAll(/npm run ([a-z:-]+)/g)].map(it => it[1] ?? '')
  expect(names.length).toBeGreaterThan(40)
  expect(names.filter(it => !(it in scripts))).toEqual([])
})

it('gives commands options that they tell of themselves', async () => {
  const typed = [...(await readDocuments()).matchAll(/\.\/queqiao ([a-z]+) (--[^`#\n]+)/g)]
  const used = typed.flatMap(([, name = '', args = '']) =>
    [...args.matchAll(/--[a-z-]+/g)].map(([option]) => ({ name, option })),
  )
  expect(used.length).toBeGreaterThan(20)
  expect(used.filter(({ name, option }) => !helps.get(name)?.includes(`${option} `))).toEqual([])
})

it('tells of each variable that a deployment reads, but for the folder that tests build in', async () => {
  const variables = [...(await read('serverless.yml')).matchAll(/\$\{env:([A-Z_0-9]+)/g)].map(it => it[1] ?? '')
  expect(variables.length).toBeGreaterThan(30)
  const rows = (await read('docs/configuration.md')).split('\n').filter(it => it.startsWith('| `'))
  const told = new Set(
    rows.flatMap(row => [...(row.split(' | ')[0] ?? '').matchAll(/`([A-Z_0-9]+)`/g)].map(it => it[1])),
  )
  expect(variables.filter(it => !told.has(it) && it !== 'BUILD_FOLDER')).toEqual([])
})

it('lists each check of the doctor in docs/doctor.md, and no other', async () => {
  const [, section = ''] = (await read('docs/doctor.md')).split('## What it checks')
  const told = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(it => it[1])
  const { officials } = twoPairs
  const servers = [{ app: officials[0], name: 'crm', handshake: async () => undefined }]
  const { checks } = await (await openDoctorWorld()).examine({ servers })
  expect(told.toSorted()).toEqual(checks.map(it => it.name).toSorted())
})

// They named three of the callback's events, when it worked on seven.
it('tells of each event that the callback works on', async () => {
  const events = [...(await read('lib/callback/push.ts')).matchAll(/^ {2}\['([a-z_]+)',/gm)].map(it => it[1] ?? '')
  expect(events.length).toBeGreaterThan(4)
  const [, section = ''] = (await read('docs/http-api.md')).split('## GET /callback, POST /callback')
  const texts = [
    section.split('\n## ')[0] ?? '',
    await read('docs/callbacks.md'),
    await read('docs/callbacks.zh-CN.md'),
  ]
  const untold = texts.map(text => events.filter(it => !text.toLowerCase().includes(`\`${it}\``)))
  expect(untold).toEqual([[], [], []])
})

it('tells how many functions the queues may use at once, as the doctor counts them', async () => {
  const { 'check-images': checks, 'pass-on': pushes, ...always } = consumers
  const all = Object.values(always).reduce((sum, it) => sum + it)
  const [deploy, doctor] = await Promise.all(['docs/deploy.md', 'docs/doctor.md'].map(read))
  const more = new RegExp(
    `\\b${all}[,;] with \`IMAGE_CHECK=on\` ${checks} more, where\\s+\\[[^\\]]+\\]\\(callbacks.md\\) ${pushes} more`,
  )
  expect([deploy, doctor].map(it => more.test(it ?? ''))).toEqual([true, true])
  expect(deploy).toMatch(
    new RegExp(`${all}（\`IMAGE_CHECK=on\` 时再加 ${checks}，\\[转发推送\\]\\(.*?\\)时再加 ${pushes}）`),
  )
})
