/** The console's files: read once at the start, so that no path of a request ever reaches the disk. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

type File = { type: string; bytes: Buffer }

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The view library, as npm installed it. */
const libraries = ['preact', 'preact/hooks', 'htm']

const files = new Map<string, File>([...readPages(), ...readLibraries()])

/** The browser finds the libraries by this map; the policy allows this inline script, and no other, by its hash. */
const importMap = JSON.stringify({
  imports: Object.fromEntries(libraries.map(name => [name, `/console/lib/${name}.js`])),
})

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  `script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`,
  "connect-src 'self'",
  "img-src 'self' data:",
  // These three do not follow default-src.
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** All scripts are asked for at once; each alone would be known only when another one that needs it was read. */
const preloads = [...files.keys()]
  .filter(it => extname(it) === '.js')
  .map(it => `<link rel="modulepreload" href="${it}">`)

const page = Buffer.from(
  readFileSync(new URL('index.html', import.meta.url), 'utf8')
    .replace('>{}<', () => `>${importMap}<`)
    .replace('</head>', () => `${preloads.join('\n')}\n</head>`),
)

/** How many bytes a visitor loads in all. */
export const consoleBytes = [...files.values()].reduce((sum, { bytes }) => sum + bytes.length, page.length)

/** Sends the page, or one of its files; it may load nothing from elsewhere. */
export function serveConsole(path: string, response: ServerResponse): void {
  const file = path === '/' ? { type: types['.html'] ?? '', bytes: page } : files.get(path)
  if (file === undefined) return void response.writeHead(404, { 'Content-Length': 0 }).end()
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': file.bytes.length,
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  })
  response.end(file.bytes)
}

function readPages(): [string, File][] {
  const folder = new URL('page/', import.meta.url)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => name.replaceAll('\\', '/'))
    .filter(name => extname(name) in types)
    .map(name => [`/console/${name}`, read(new URL(name, folder))])
}

function readLibraries(): [string, File][] {
  return libraries.map(name => [`/console/lib/${name}.js`, read(new URL(import.meta.resolve(name)), '.js')])
}

function read(url: URL, extension = extname(fileURLToPath(url))): File {
  return { type: types[extension] ?? '', bytes: readFileSync(url) }
}
