/** The files of the page, from one folder. */

import { readFile, realpath } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

import { begin } from './answer.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
/** A path of plain names: no dot file, nothing encoded, nothing upwards. */
const plainPath = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/

/** Sends a file of the folder; false if it has none of that name. */
export async function serveFile(response: ServerResponse, folder: URL, path: string): Promise<boolean> {
  const name = path === '/' ? '/index.html' : path
  const type = types[extname(name)]
  if (type === undefined || !plainPath.test(name)) return false
  const content = await readWithin(fileURLToPath(folder), name.slice(1))
  if (content === undefined) return false
  begin(response, 200, type)
  response.end(content)
  return true
}

/** A link in the folder must not lead out of it. */
async function readWithin(folder: string, name: string): Promise<Buffer | undefined> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(`${folder}${sep}${name}`)])
    return file.startsWith(`${root}${sep}`) ? await readFile(file) : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(`${error.code}`))
      return undefined
    throw error
  }
}
