import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import type { TemplateList } from '../../lib/template-list.ts'
import { SettingsError } from '../../local/environment.ts'
import { readLocalTemplates, watchLocalTemplates } from '../../local/templates.ts'
import { patience } from '../patience.ts'
import { openTestBox, template } from './wechat/open-test-box.ts'

const list = (title: string) => JSON.stringify({ local: { shop: { ...template, title } } })

async function openFile() {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-templates-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'templates.json')
  await writeFile(file, list('first'))
  return file
}

it('reads the list of the local stage, and names what is wrong with it', async () => {
  const file = await openFile()
  expect(readLocalTemplates(file)).toEqual({ shop: { ...template, title: 'first' } })

  await writeFile(file, '{"local":{"shop":{}}}')
  expect(() => readLocalTemplates(file)).toThrow('templates.json, stage local: shop.templateId is missing')
  await writeFile(file, '{')
  expect(() => readLocalTemplates(file)).toThrow(SettingsError)
})

it('is read anew when it is edited or replaced, and keeps the list before while it has a mistake', async () => {
  const file = await openFile()
  const lists: TemplateList[] = []
  const lines: string[] = []
  const watcher = watchLocalTemplates({ onChange: it => lists.push(it), report: it => lines.push(it) }, file)
  onTestFinished(() => watcher.close())

  await writeFile(file, list('second'))
  await expect.poll(() => lists.at(-1)?.shop?.title, patience).toBe('second')
  await writeFile(file, '{"local":7}')
  await expect.poll(() => lines.at(-1), patience).toMatch(/must be an object; events wait until it is mended$/)
  expect(lists.at(-1)?.shop?.title).toBe('second')
  await writeFile(`${file}.new`, list('third'))
  await rename(`${file}.new`, file)
  await expect.poll(() => lists.at(-1)?.shop?.title, patience).toBe('third')
})

it('is known to the box at once, and after a reset', async () => {
  const box = await openTestBox()
  box.box.setTemplates([{ ...template, title: 'edited' }])
  await box.control('/reset', {})
  expect(await box.control('')).toMatchObject({ templates: [{ title: 'edited' }] })
})

it('has the functions built anew as well', async () => {
  const { custom } = parse(await readFile('serverless.yml', 'utf8'), { logLevel: 'silent' })
  expect(custom.esbuild.watch.pattern).toContain('./templates.json')
})
