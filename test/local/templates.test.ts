import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { context } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import type { TemplateList } from '../../lib/send/template-list.ts'
import { SettingsError } from '../../local/environment.ts'
import { keepGoodLists, readLocalTemplates, watchLocalTemplates } from '../../local/templates.ts'
import { openFolder } from '../opened.ts'
import { patience } from '../patience.ts'
import { openTestBox, template } from './wechat/open-test-box.ts'

const officials = [{ name: 'official' }]
const list = (title: string) => JSON.stringify({ local: { shop: { ...template, title } } })

async function openFile() {
  const file = join(await openFolder(), 'templates.json')
  await writeFile(file, list('first'))
  return file
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
  const lists: TemplateList[] = []
  const lines: string[] = []
  const watcher = watchLocalTemplates({ officials, onChange: it => lists.push(it), report: it => lines.push(it) }, file)
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
  const entry = join(dirname(file), 'entry.ts')
  await writeFile(entry, "import lists from './templates.json'\nexport const title = lists.local.shop?.title")
  const outfile = join(dirname(file), 'out.js')
  const apps = join(dirname(file), 'apps.json')
  await writeFile(apps, '{}')
  const plugins = [keepGoodLists({ apps, templates: file, replies: join(dirname(file), 'replies.json') })]
  const functions = await context({ entryPoints: [entry], outfile, bundle: true, plugins, logLevel: 'silent' })
  onTestFinished(() => functions.dispose())
  const build = async () => {
    await functions.rebuild()
    return readFile(outfile, 'utf8')
  }

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

it('is built with the list of apps as that last could be used', async () => {
  const file = await openFile()
  const apps = join(dirname(file), 'apps.json')
  const entry = join(dirname(file), 'entry.ts')
  await writeFile(entry, "import lists from './apps.json'\nexport const names = Object.keys(lists.local)")
  const outfile = join(dirname(file), 'out.js')
  const plugins = [keepGoodLists({ apps, templates: file, replies: join(dirname(file), 'replies.json') })]
  const listed = (brand: string) => {
    const local = {
      [brand]: { kind: 'official', appid: `wx${'0'.repeat(16)}` },
      shop: { kind: 'mini', appid: `wx${'1'.repeat(16)}` },
    }
    return writeFile(apps, JSON.stringify({ local }))
  }
  await listed('first')
  const functions = await context({ entryPoints: [entry], outfile, bundle: true, plugins, logLevel: 'silent' })
  onTestFinished(() => functions.dispose())
  const build = async () => {
    await functions.rebuild()
    return readFile(outfile, 'utf8')
  }

  expect(await build()).toContain('first:')
  for (const broken of ['{"local":{"fi', '{"local":{}}', '']) {
    await writeFile(apps, broken)
    expect(await build()).toContain('first:')
  }
  await listed('second')
  expect(await build()).toContain('second:')
})

it('is known to the box at once, and after a reset', async () => {
  const box = await openTestBox()
  box.box.setTemplates([{ ...template, title: 'edited' }])
  await box.control('/reset', {})
  expect(await box.control('')).toMatchObject({ templates: [{ title: 'edited' }] })
})

it('has the functions built anew as well', async () => {
  const { custom } = parse(await readFile('serverless.yml', 'utf8'), { logLevel: 'silent' })
  expect(custom.esbuild.watch.pattern).toEqual(expect.arrayContaining(['./templates*.json', './apps*.json']))
})
