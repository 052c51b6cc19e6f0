/** What WeChat's developer tools would find wrong first: files that are not there, views that are no XML, lost handlers. */

import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { XMLParser, XMLValidator } from 'fast-xml-parser'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { readMessagePage } from './message-page.ts'

const project = join(import.meta.dirname, '../../examples/mini-program')
const root = join(project, 'miniprogram')
const read = (file: string) => readFile(join(root, file), 'utf8')
const json = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(project, file), 'utf8'))

const appSchema = v.looseObject({
  pages: v.array(v.string()),
  window: v.record(v.string(), v.string()),
  themeLocation: v.string(),
  sitemapLocation: v.string(),
})
const viewSchema = v.looseObject({ usingComponents: v.optional(v.record(v.string(), v.string()), {}) })
const app = v.parse(appSchema, await json('miniprogram/app.json'))

/** The components that a page or component uses, as paths below the root. */
async function componentsOf(path: string): Promise<string[]> {
  const { usingComponents } = v.parse(viewSchema, await json(`miniprogram/${path}.json`))
  return Object.values(usingComponents).map(it =>
    it.startsWith('/') ? it.slice(1) : resolve('/', dirname(path), it).slice(1),
  )
}
const views = [...new Set([...app.pages, ...(await Promise.all(app.pages.map(componentsOf))).flat()])]

/** Every element of a view, as [name, attributes]. */
function elementsOf(wxml: string): [string, Record<string, string>][] {
  const found: [string, Record<string, string>][] = []
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', preserveOrder: true })
  const nodeSchema = v.record(v.string(), v.unknown())
  const walk = (nodes: unknown) => {
    for (const node of v.parse(v.array(nodeSchema), nodes)) {
      const [name] = Object.keys(node).filter(it => it !== ':@' && it !== '#text')
      if (name === undefined) continue
      found.push([name, v.parse(v.optional(v.record(v.string(), v.string()), {}), node[':@'])])
      walk(node[name])
    }
  }
  walk(parser.parse(`<root>${wxml}</root>`))
  return found.slice(1)
}

describe('the project', () => {
  it('is compiled by the developer tools, from the folder that is there', async () => {
    expect(await json('project.config.json')).toMatchObject({
      appid: 'touristappid',
      compileType: 'miniprogram',
      miniprogramRoot: 'miniprogram/',
      setting: { useCompilerPlugins: ['typescript'] },
    })
    expect(await readdir(root)).toEqual(expect.arrayContaining(['app.ts', 'app.json', 'app.wxss']))
  })

  it('has the files that app.json names, and each colour of both themes', async () => {
    await json(`miniprogram/${app.sitemapLocation}`)
    const schema = v.object({ light: v.record(v.string(), v.string()), dark: v.record(v.string(), v.string()) })
    const { light, dark } = v.parse(schema, await json(`miniprogram/${app.themeLocation}`))
    const named = Object.values(app.window).flatMap(it => (it.startsWith('@') ? [it.slice(1)] : []))
    expect([...new Set(named)].sort()).toEqual(Object.keys(light).sort())
    expect(Object.keys(dark)).toEqual(Object.keys(light))
  })

  it('has the page that the template message of the example opens', async () => {
    expect(app.pages).toContain(await readMessagePage())
  })

  it('has no page or component that nobody uses', async () => {
    const files = await readdir(root, { recursive: true })
    const found = files.filter(it => it.endsWith('.wxml')).map(it => it.replace(/\.wxml$/, ''))
    expect(found.sort()).toEqual([...views].sort())
  })

  it('starts only at pages that are there', async () => {
    const list = v.looseObject({ list: v.array(v.looseObject({ name: v.string(), pathName: v.string() })) })
    const schema = v.looseObject({ condition: v.looseObject({ miniprogram: list }) })
    const { condition } = v.parse(schema, await json('project.config.json'))
    expect(condition.miniprogram.list.filter(it => !app.pages.includes(it.pathName))).toEqual([])
    // From a template message of an Official Account; 1014 is from a subscription message of the mini program itself.
    expect(condition.miniprogram.list.find(it => it.name.includes('模板消息'))).toMatchObject({ scene: 1043 })
  })
})

describe.each(views)('%s', view => {
  it('has its four files', async () => {
    const files = await readdir(join(root, dirname(view)))
    const name = view.slice(dirname(view).length + 1)
    expect(files).toEqual(expect.arrayContaining(['ts', 'json', 'wxml', 'wxss'].map(it => `${name}.${it}`)))
  })

  it('is well-formed, of elements that are there', async () => {
    const wxml = await read(`${view}.wxml`)
    expect(XMLValidator.validate(`<root>${wxml}</root>`, { allowBooleanAttributes: true })).toBe(true)
    const own = Object.keys(v.parse(viewSchema, await json(`miniprogram/${view}.json`)).usingComponents)
    const known = new Set([...own, ...'view text image button navigator block progress official-account'.split(' ')])
    const names = elementsOf(wxml).map(([name]) => name)
    expect(names.length).toBeGreaterThan(2)
    expect([names.filter(it => !known.has(it)), own.filter(it => !names.includes(it))]).toEqual([[], []])
  })

  it('calls methods that are there, and shows data that are there', async () => {
    const [wxml, code] = await Promise.all([read(`${view}.wxml`), read(`${view}.ts`)])
    const attributes = elementsOf(wxml).flatMap(([, it]) => Object.entries(it))
    const methods = attributes.flatMap(([name, value]) => (name.startsWith('bind') ? [value] : []))
    expect(methods.filter(it => !new RegExp(`^\\s+(async )?${it}\\(`, 'm').test(code))).toEqual([])
    const shown = [...wxml.matchAll(/{{([^}]*)}}/g)].flatMap(it =>
      (it[1] ?? '').replace(/'[^']*'/g, '').match(/[a-z]\w*/gi),
    )
    const data = shown.filter(it => it !== null && it !== 'true')
    expect(data.filter(it => !new RegExp(`\\b${it}: `).test(code))).toEqual([])
  })

  it('goes only to pages that are there', async () => {
    const elements = elementsOf(await read(`${view}.wxml`))
    const urls = elements.flatMap(([name, it]) => (name === 'navigator' ? [it.url?.replace(/\?.*/, '').slice(1)] : []))
    expect(urls.filter(it => it === undefined || !app.pages.includes(it))).toEqual([])
  })
})
