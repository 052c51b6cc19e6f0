import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { context, build as esbuild, type Plugin } from 'esbuild'
import * as v from 'valibot'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import type { TemplateList } from '../../lib/send/template-list.ts'
import { setTemplates } from '../../local/box.ts'
import { SettingsError } from '../../local/environment.ts'
import { keepGoodLists, readLocalTemplates, watchLocalTemplates } from '../../local/templates.ts'
import { openFolder } from '../opened.ts'
import { patience } from '../patience.ts'
import { twoPairs } from '../second-pair.ts'
import { openTestBox, template } from './wechat/open-test-box.ts'

const missingList: Plugin[] = createRequire(import.meta.url)('../../deploy/missing-list.cjs')
const officials = [{ name: 'official' }]
const counted = v.array(v.object({ templates: v.optional(v.number()) }))
const list = (title: string) => JSON.stringify({ local: { shop: { ...template, title } } })

async function openFile() {
  const file = join(await openFolder(), 'templates.json')
  await writeFile(file, list('first'))
  return file
}

/** Builds, again and again, a source that imports the lists beside it; answers what was built. */
async function openBuild(templates: string, source: string) {
  const beside = (name: string) => join(dirname(templates), name)
  const [entry, outfile, apps] = [beside('entry.ts'), beside('out.js'), beside('apps.json')]
  await writeFile(entry, source)
  await writeFile(apps, '{}')
  const plugins = [keepGoodLists({ apps, templates })]
  const functions = await context({ entryPoints: [entry], outfile, bundle: true, plugins, logLevel: 'silent' })
  onTestFinished(() => functions.dispose())
  const build = async () => {
    await functions.rebuild()
    return readFile(outfile, 'utf8')
  }
  return { build, apps }
}

it('reads the list of the local stage, and names what is wrong with it', async () => {
  const file = await openFile()
  expect(readLocalTemplates(officials, file)).toEqual({ shop: { ...template, title: 'first' } })

  await writeFile(file, '{"local":{"shop":{}}}')
  expect(() => readLocalTemplates(officials, file)).toThrow('templates.json, stage local: shop.templateId is missing')
  await writeFile(file, '{')
  expect(() => readLocalTemplates(officials, file)).toThrow(SettingsError)
})

it('is read anew when it is edited or replaced, and keeps the list before while it has a mistake', async () => {
  const file = await openFile()
  const lists: (TemplateList | undefined)[] = []
  const lines: string[] = []
  const onChange = (it: ReadonlyMap<string, TemplateList>) => void lists.push(it.get('official'))
  const watcher = watchLocalTemplates({ officials, onChange, report: it => lines.push(it) }, file)
  onTestFinished(() => watcher.close())

  await writeFile(file, list('second'))
  await expect.poll(() => lists.at(-1)?.shop?.title, patience).toBe('second')
  await writeFile(file, '{"local":7}')
  await expect
    .poll(() => lines.at(-1), patience)
    .toMatch(/must be an object; the previous list stays until it is fixed$/)
  expect(lists.at(-1)?.shop?.title).toBe('second')
  await writeFile(`${file}.new`, list('third'))
  await rename(`${file}.new`, file)
  await expect.poll(() => lists.at(-1)?.shop?.title, patience).toBe('third')
})

it('is built into the functions as it last could be used, while it is half written or away', async () => {
  const file = await openFile()
  const { build } = await openBuild(
    file,
    "import it from './templates.json'\nexport const title = it.local.shop?.title",
  )

  expect(await build()).toContain('title: "first"')
  for (const broken of ['{"local":{"sh', '{"local":7}', '']) {
    await writeFile(file, broken)
    expect(await build()).toContain('title: "first"')
  }
  await rm(file)
  expect(await build()).toContain('title: "first"')
  await writeFile(file, list('second'))
  expect(await build()).toContain('title: "second"')
})

it.each([
  ['on this machine', (apps: string, templates: string) => [keepGoodLists({ apps, templates })]],
  ['for AWS', () => missingList],
])('is built without a list of apps where there is none, %s', async (_where, pluginsFor) => {
  const file = await openFile()
  const entry = join(dirname(file), 'entry.ts')
  await writeFile(entry, "import lists from './apps.json'\nprocess.stdout.write(JSON.stringify(lists))")
  const plugins = pluginsFor(join(dirname(file), 'apps.json'), file)
  const built = async () => {
    const { outputFiles } = await esbuild({ entryPoints: [entry], write: false, bundle: true, minify: true, plugins })
    return outputFiles[0]?.text
  }
  expect(await built()).toContain('={};')
  await writeFile(join(dirname(file), 'apps.json'), '{"other":{}}')
  expect(await built()).toContain('other')
})

it('is built with the list of apps as that last could be used', async () => {
  const file = await openFile()
  const names = "import it from './apps.json'\nexport const names = Object.keys(it.local)"
  const { build, apps } = await openBuild(file, names)
  const listed = (brand: string) => {
    const local = {
      [brand]: { kind: 'official', appid: `wx${'0'.repeat(16)}` },
      shop: { kind: 'mini', appid: `wx${'1'.repeat(16)}` },
    }
    return writeFile(apps, JSON.stringify({ local }))
  }
  await listed('first')

  expect(await build()).toContain('first:')
  for (const broken of ['{"local":{"fi', '{"local":{}}', '']) {
    await writeFile(apps, broken)
    expect(await build()).toContain('first:')
  }
  await rm(apps)
  expect(await build()).toContain('first:')
  await listed('second')
  expect(await build()).toContain('second:')
})

it('is known to the box at once, and after a reset', async () => {
  const box = await openTestBox()
  box.box.setTemplates([{ ...template, title: 'edited' }])
  await box.control('/reset', {})
  expect(await box.control('')).toMatchObject({ templates: [{ title: 'edited' }] })
})

it('is known to the box for each account, at once and after a reset', async () => {
  const box = await openTestBox({ apps: [{ name: 'brand', kind: 'official', templates: [template] }] })
  const edited = [template, { ...template, templateId: 'another' }]
  box.box.setTemplates(edited, 'brand')
  const counts = async () => v.parse(counted, await box.control('/apps')).flatMap(it => it.templates ?? [])
  expect(await counts()).toEqual([1, 2])
  await box.control('/reset', {})
  expect(await counts()).toEqual([1, 2])
})

it('goes to the box by the names that the accounts have there', () => {
  const known: unknown[] = []
  const box = { setTemplates: (...it: unknown[]) => void known.push(it) }
  const lists = new Map([['unknown', { paid: { ...template, title: 'edited' } }]])
  setTemplates(
    box,
    { ...twoPairs, officials: [twoPairs.officials[0], { ...twoPairs.officials[1], name: 'unknown' }] },
    lists,
  )
  expect(known).toEqual([[[]], [[{ ...template, title: 'edited' }], 'app-unknown']])
})

it('has the functions built anew as well', async () => {
  const { custom } = parse(await readFile('serverless.yml', 'utf8'), { logLevel: 'silent' })
  expect(custom.esbuild.watch.pattern).toEqual(expect.arrayContaining(['./templates*.json', './apps*.json']))
})
