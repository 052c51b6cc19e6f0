import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { context, build as esbuild, type Plugin } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { SettingsError } from '../../local/environment.ts'
import { watchList } from '../../local/lists.ts'
import { keepGoodLists, readLocalReplies, readLocalTemplates, templatesToWatch } from '../../local/templates.ts'
import { openFolder } from '../opened.ts'
import { patience } from '../patience.ts'
import { openTestBox, template } from './wechat/open-test-box.ts'

const missingList: Plugin[] = createRequire(import.meta.url)('../../deploy/missing-list.cjs')
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
  await writeFile(file, '{"local":{"prototype":{}}}')
  expect(() => readLocalTemplates(officials, file)).toThrow('local.prototype cannot be a name')
})

it('names what is wrong with the replies of the local stage, where there are some', async () => {
  const file = join(await openFolder(), 'replies.json')
  expect(readLocalReplies(officials, file)).toEqual(new Map())
  await writeFile(file, '{"local":{"official":{"welcome":{"text":7}}}}')
  expect(() => readLocalReplies(officials, file)).toThrow(SettingsError)
  expect(() => readLocalReplies(officials, file)).toThrow('welcome')
})

it('is read anew when it is edited or replaced, and keeps the list before while it has a mistake', async () => {
  const file = await openFile()
  const titles: string[] = []
  const lines: string[] = []
  const list0 = templatesToWatch(
    () => officials,
    lists => titles.push(lists.get('official')?.shop?.title ?? ''),
    file,
  )
  const watcher = watchList(list0, (line, isNews = false) => lines.push(`${isNews ? 'news' : 'warning'}: ${line}`))
  onTestFinished(() => watcher.close())

  await writeFile(file, list('second'))
  await expect.poll(() => titles, patience).toEqual(['second'])
  await writeFile(file, '{"local":7}')
  await expect.poll(() => lines.at(-1), patience).toMatch(/^warning: .*must be an object; the last good list stays/)
  await writeFile(file, JSON.stringify({ local: { other: { ...template, title: 'third' } } }))
  await expect.poll(() => lines.at(-1), patience).toBe('news: templates.json: added other; removed shop')
  await writeFile(`${file}.new`, list('fourth'))
  await rename(`${file}.new`, file)
  await expect.poll(() => titles.at(-1), patience).toBe('fourth')
  expect(lines[0]).toBe('news: templates.json: changed shop')
  expect(lines.every(it => !it.includes('\n'))).toBe(true)
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

it.each([
  [
    'on this machine',
    (folder: string) => [
      keepGoodLists({
        apps: join(folder, 'apps.json'),
        templates: join(folder, 'templates.json'),
        replies: join(folder, 'replies.json'),
      }),
    ],
  ],
  ['for AWS', () => missingList],
])('is built without a list of apps or of replies where there is none, %s', async (_where, pluginsFor) => {
  const folder = dirname(await openFile())
  const entry = join(folder, 'entry.ts')
  const lines = ['apps', 'replies'].map(
    it => `import ${it} from './${it}.json'\nprocess.stdout.write(JSON.stringify(${it}))`,
  )
  await writeFile(entry, lines.join('\n'))
  const plugins = pluginsFor(folder)
  const built = async () => {
    const { outputFiles } = await esbuild({ entryPoints: [entry], write: false, bundle: true, minify: true, plugins })
    return outputFiles[0]?.text
  }
  expect((await built())?.match(/=\{\}[,;]/g)).toHaveLength(2)
  await writeFile(join(folder, 'apps.json'), '{"other":{}}')
  expect(await built()).toContain('other')
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
  expect(custom.esbuild.watch.pattern).toEqual(
    expect.arrayContaining(['./templates*.json', './apps*.json', './replies*.json']),
  )
})
