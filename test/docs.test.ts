/** What the documents say, held against the code. */

import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { readFunctions } from '../kit/service.ts'
import { deliveryStates } from '../lib/send/delivery.ts'
import { withCosts } from '../tools/costs/document.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFile(join(root, file), 'utf8')
const named = (text: string) =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(it => it[1] ?? '')

const roles = v.object({
  Resources: v.record(
    v.string(),
    v.object({
      Properties: v.object({
        Policies: v.tuple([
          v.object({
            PolicyDocument: v.object({
              Statement: v.array(v.object({ Action: v.array(v.string()), Resource: v.unknown() })),
            }),
          }),
        ]),
      }),
    }),
  ),
})

type Role = v.InferOutput<typeof roles>['Resources'][string]

function mayWrite({ Properties }: Role, table: string): boolean {
  return Properties.Policies[0].PolicyDocument.Statement.some(
    ({ Action, Resource }) =>
      Action.some(it => /^dynamodb:\w*(Put|Update|Delete|Write)/.test(it)) &&
      JSON.stringify(Resource).toLowerCase().includes(`"${table}"`),
  )
}

describe('the documents', () => {
  it('name every variable of the functions, and no other', async () => {
    const code = (await read('lib/config.ts')).matchAll(/^ {2}([A-Z_]+): \{ read:/gm)
    const [, section = ''] = (await read('docs/configuration.md')).split('## Environment of the functions')
    const rows = section.split('\n## ')[0]?.matchAll(/^\| `([A-Z_]+)`/gm) ?? []
    expect([...rows].map(it => it[1]).sort()).toEqual([...code].map(it => it[1]).sort())
  })

  it('name every code that an answer can have', async () => {
    const union = /export type RequestErrorCode =([\s\S]*?)\n\n/.exec(await read('lib/errors.ts'))?.[1] ?? ''
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(it => it[1] ?? '')
    const told = new Set(named(await read('docs/http-api.md')))
    expect(codes.length).toBeGreaterThan(15)
    // An event that is wrong answers no request: its delivery says so.
    expect(codes.filter(it => !told.has(it) && it !== 'event-invalid')).toEqual([])
  })

  it('name every state of a delivery', async () => {
    const told = new Set(named(await read('docs/events.md')))
    expect(deliveryStates.filter(it => !told.has(it))).toEqual([])
  })

  it('have READMEs of at most 160 lines, but for tables of figures, in two languages with the same commands', async () => {
    const [english, chinese] = await Promise.all([read('README.md'), read('README.zh-CN.md')])
    // A table of figures is written by a command, and as long as it has to be.
    const told = (text: string) => text.replace(/^<!-- figures: [\s\S]*?<!-- \/figures -->\n/gm, '').split('\n')
    for (const text of [english, chinese]) expect(told(text).length).toBeLessThanOrEqual(161)
    const commands = (text: string) =>
      [...text.matchAll(/\bnpm (?:run [a-z:]+|ci|cit|start|test)|\bnpx --no sls [a-z]+|\.\/queqiao [a-z]+/g)].map(
        it => it[0],
      )
    expect(new Set(commands(chinese))).toEqual(new Set(commands(english)))
    const { scripts } = JSON.parse(await read('package.json'))
    const scriptNames = commands(english).flatMap(it => /(?:npm run|queqiao) ([a-z:]+)/.exec(it)?.[1] ?? [])
    expect(scriptNames.filter(it => !(it in scripts))).toEqual([])
  })

  // The package of that name is a stranger's, and plain npx installs it where npm ci has not been run.
  it('let npx run nothing that is not installed', async () => {
    const folders = ['docs', 'lib', 'tools', 'deploy', 'examples']
    const files = await Promise.all(
      folders.map(async it => (await readdir(join(root, it), { recursive: true })).map(file => `${it}/${file}`)),
    )
    const names = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', ...files.flat()]
    const texts = await Promise.all(names.filter(it => /\.(md|c?ts)$/.test(it)).map(read))
    expect(texts.join('\n').match(/npx (?!--no )sls.*/g) ?? []).toEqual([])
  })

  // It stopped nobody but the sender: logins wrote links while these were brought back.
  it('stop whoever may write a table before it is brought back', async () => {
    const make = createRequire(import.meta.url)('../resources/roles.cjs')
    const { functions } = await readFunctions()
    const resolveVariable = async (name: string) => (name === 'self:functions' ? functions : 'on')
    const { Resources } = v.parse(roles, await make({ resolveVariable }))
    const [, procedure = ''] = (await read('docs/restore.md')).split('## The procedure')
    const rows = [...procedure.matchAll(/^\| `(\w+)`.*/gm)].map(([row = '', table = '']) => ({ row, table }))
    expect(rows.map(it => it.table).sort()).toEqual(['attempts', 'deliveries', 'images', 'links', 'walks'])
    for (const { row, table } of rows) {
      const told = named(row)
        .slice(1)
        .map(it => `${it}-role`.replaceAll('-', ''))
      const writers = Object.entries(Resources).filter(([, it]) => mayWrite(it, `${table}table`))
      expect(told.sort(), table).toEqual(writers.map(([name]) => name.toLowerCase()).sort())
    }
  })

  it('tell what a month costs as it is counted, by the prices of docs/prices.json', async () => {
    const document = await read('docs/deploy.md')
    expect(document, 'npm run costs').toBe(await withCosts(document))
  })

  // They moved on 1 December 2025.
  it('name no page of a console that is gone', async () => {
    const folders = ['docs', 'lib', 'tools', 'deploy', 'resources']
    const files = await Promise.all(
      folders.map(async it => (await readdir(join(root, it), { recursive: true })).map(file => `${it}/${file}`)),
    )
    const texts = ['README.md', 'README.zh-CN.md', 'serverless.yml', ...files.flat()].filter(it => /\.\w+$/.test(it))
    const gone: string[] = []
    for (const it of texts) if (/设置与开发 → (基本配置|接口权限|公众号设置)/.test(await read(it))) gone.push(it)
    expect(gone).toEqual([])
  })

  // WeChat's own button is named 关注公众号 still; the account that sends is a 服务号.
  it('name the account that sends 服务号, as WeChat does', async () => {
    const example = 'examples/mini-program'
    const files = (await readdir(join(root, example, 'miniprogram'), { recursive: true })).filter(it =>
      /\.(ts|wxml)$/.test(it),
    )
    const told = files.map(it => `${example}/miniprogram/${it}`)
    const texts = ['README.md', 'README.zh-CN.md', 'local/story.ts', `${example}/README.md`, ...told]
    const old: string[] = []
    for (const it of texts)
      if ((await read(it)).replaceAll(/(设置 → |“)关注公众号/g, '').includes('公众号')) old.push(it)
    expect(old).toEqual([])
  })

  it('link to files that are there', async () => {
    const docs = (await readdir(join(root, 'docs'), { recursive: true }))
      .filter(it => it.endsWith('.md'))
      .map(it => `docs/${it}`)
    const examples = ['mini-program', 'push-event'].map(it => `examples/${it}/README.md`)
    const files = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'local/wechat/README.md', ...examples, ...docs]
    const missing: string[] = []
    for (const file of files) {
      const links = [...(await read(file)).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(it => it[1] ?? '')
      for (const link of links)
        await readdir(resolve(root, dirname(file), link)).catch(
          error => error.code === 'ENOENT' && missing.push(`${file}: ${link}`),
        )
    }
    expect(missing).toEqual([])
  })
})

const rules = v.object({
  forbidden: v.array(v.object({ name: v.string(), to: v.looseObject({ pathNot: v.exactOptional(v.string()) }) })),
})

it('names the rooms, and what each may use, as the arrows are checked', async () => {
  const { forbidden } = v.parse(rules, createRequire(import.meta.url)('../.dependency-cruiser.cjs'))
  const checked = forbidden.flatMap(({ name, to }) => {
    const [, room] = /^(\w+)-knows-only-what-is-below$/.exec(name) ?? []
    const known = /^\^lib\/\((.*)\)\/$/.exec(to.pathNot ?? '')?.[1]?.split('|') ?? []
    return room === undefined ? [] : [[room, known.filter(it => it !== room)] as const]
  })
  const rows = [...(await read('CONTRIBUTING.md')).matchAll(/^\| `(\w+)\/` +\|[^|]*\|([^|]*)\|$/gm)]
  const told = new Map(rows.map(([, room = '', below = '']) => [room, named(below)] as const))
  expect(checked.length).toBeGreaterThan(8)
  for (const [room, below] of checked) expect([room, told.get(room)]).toEqual([room, below])
})
