/** Where the documents and the comments send a reader, there is something. */

import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folders = ['bench', 'deploy', 'docs', 'examples', 'functions', 'lib', 'local', 'resources', 'test', 'tools']
const isRead = (file: string) => /\.(md|[cm]?[jt]s|ya?ml|wxml|html|sh|py|java)$/.test(file)
const isDocument = (file: string) => file.endsWith('.md')
/** what these name is made up: citations that are wrong on purpose, and folders of files. */
const madeUp: ReadonlySet<string> = new Set([
  relative(root, import.meta.filename),
  'test/tools/document.test.ts',
  'test/tools/static.test.ts',
])

/** What people wrote, by its path from the root. */
let texts: ReadonlyMap<string, string>
const documents = () => [...texts].filter(([file]) => isDocument(file))
const code = () => [...texts].filter(([file]) => !isDocument(file))

beforeAll(async () => {
  const listed = await Promise.all(
    folders.map(async folder => (await readdir(join(root, folder), { recursive: true })).map(it => join(folder, it))),
  )
  const files = [...(await readdir(root)), ...listed.flat()].filter(
    it => isRead(it) && !it.includes('node_modules') && !madeUp.has(it),
  )
  texts = new Map(await Promise.all(files.map(async it => [it, await readFile(join(root, it), 'utf8')] as const)))
})

describe('a comment', () => {
  it('names only sections of docs/wechat.md that are there', () => {
    const numbered = documents().flatMap(([file, text]) => lostCitations(text, wechat()).map(it => `${file}: ${it}`))
    expect(numbered.filter(it => /\d$/.test(it))).toEqual([])
    expect(code().flatMap(([file, text]) => lostCitations(text, wechat()).map(it => `${file}: ${it}`))).toEqual([])
    expect(code().filter(([, text]) => /docs\/wechat\.md \d/.test(text)).length).toBeGreaterThan(40)
  })

  it('would be told of a section that is not there, and of none', () => {
    const sections = '## 1. One\n### 1.1 First\n### 1.10 Tenth\n```\n### 1.2 In an example\n```\n'
    const good = ['docs/wechat.md 1', 'docs/wechat.md 1.1.', 'docs/wechat.md 1.10)', '(docs/wechat.md 1.1, 40029)']
    expect(good.flatMap(it => lostCitations(it, sections))).toEqual([])
    const bad = [
      'docs/wechat.md 2',
      'docs/wechat.md 1.2',
      'docs/wechat.md 1.100',
      'docs/wechat.md',
      'docs/wechat.md, 1.1',
      'docs/wechat.md 1.1 and 1.10',
    ]
    expect(bad.flatMap(it => lostCitations(it, sections))).toHaveLength(bad.length)
    expect(lostCitations('docs/wechat.md\n * 1.1', sections), 'at the end of a line').toEqual([])
  })

  it('names only documents that are there', () => {
    expect(code().flatMap(lostDocuments)).toEqual([])
  })
})

describe('docs/wechat.md', () => {
  it('numbers its sections in order, each once', () => {
    const numbers = sectionsOf(wechat())
    expect(numbers.length).toBeGreaterThan(40)
    expect(numbers.toSorted(inOrder)).toEqual(numbers)
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('says of each chapter that it is in its list, and names a page of WeChat', () => {
    const chapters = sectionsOf(wechat()).filter(it => !it.includes('.'))
    const lost = chapters.filter(it => !new RegExp(String.raw`^\| \[${it}\]\(#${it}-`, 'm').test(wechat()))
    expect(lost).toEqual([])
    const [, ...told] = wechat().split(/^## /m)
    const bare = told.filter(it => !it.includes('](https://developers.weixin.qq.com/'))
    expect(bare.map(it => it.split('\n')[0])).toEqual(['13. What is not known'])
  })
})

describe('a document', () => {
  it('leads to headings that are there', () => {
    const lost = documents().flatMap(([file, text]) =>
      linksOf(text)
        .filter(({ path, anchor }) => {
          const target = path === '' ? text : texts.get(join(dirname(file), path))
          return anchor !== '' && target !== undefined && !anchorsOf(target).has(anchor)
        })
        .map(({ path, anchor }) => `${file}: ${path}#${anchor}`),
    )
    expect(lost).toEqual([])
  })

  it('names only documents that are there', () => {
    expect(documents().flatMap(lostDocuments)).toEqual([])
  })
})

// `npm run` keeps options for itself, so what is to be typed is the file `queqiao`.
it('the command line has one name, in documents, messages and comments', () => {
  // A decision says what was tried and not taken.
  const isOurs = (file: string) => !file.startsWith('test/') && !file.startsWith('docs/decisions/')
  const others = /(npm run|npx( --no)?) (queqiao|doctor|quota|redrive|secrets|send|static|sync)\b.*/g
  const found = [...texts].filter(([file]) => isOurs(file)).flatMap(([file, text]) => named(others, file, text))
  expect(found).toEqual([])
  expect(named(others, 'a.md', '`npm run doctor -- --stage prod`')).toHaveLength(1)
  expect(documents().filter(([, text]) => text.includes('./queqiao doctor')).length).toBeGreaterThan(3)
})

function named(pattern: RegExp, file: string, text: string): string[] {
  return [...text.matchAll(pattern)].map(it => `${file}: ${it[0]}`)
}

function wechat(): string {
  return texts.get('docs/wechat.md') ?? ''
}

function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '')
}

function sectionsOf(text: string): string[] {
  return [...prose(text).matchAll(/^##+ (\d+(?:\.\d+)?)\.? /gm)].map(it => it[1] ?? '')
}

function inOrder(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

/** A citation is `docs/wechat.md 3.2`, one section each; a comment may break its line before the number. */
function lostCitations(text: string, cited: string): string[] {
  const sections = new Set(sectionsOf(cited))
  const found = [...text.matchAll(/docs\/wechat\.md(?:[\s*/#]+(\d+(?:\.\d+)?))?(?:,? (and|to|or) \d)?/g)]
  return found.filter(it => !sections.has(it[1] ?? '') || it[2] !== undefined).map(it => it[0])
}

/** Documents are named by their path, from the root or from where they are named, or by their name alone. */
function lostDocuments([file, text]: readonly [string, string]): string[] {
  const known = new Set([...texts.keys()].flatMap(it => [it, basename(it)]))
  const named = [...text.matchAll(/(?<![\w./*:-])[\w.][\w./-]*\.md\b/g)].map(it => it[0])
  const lost = named.filter(it => !known.has(it) && !texts.has(join(dirname(file), it)))
  return lost.map(it => `${file}: ${it}`)
}

function linksOf(text: string): { path: string; anchor: string }[] {
  const links = prose(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)
  return [...links].map(([, path = '', anchor = '']) => ({ path, anchor: decodeURIComponent(anchor) }))
}

/** As GitHub makes them from headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(it => it[1] ?? '')
  const kept = headings.map(it => it.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, ''))
  return new Set(kept.map(it => it.replaceAll(' ', '-')))
}
