/** Copies of this checkout, for what is deployed from one whose files differ. */

import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const copied = [
  ...['deploy', 'functions', 'lib', 'local', 'resources', 'tools'],
  ...['apps.json', 'package.json', 'queqiao', 'replies.json', 'serverless.yml', 'templates.json', 'tsconfig.json'],
]

/** Copies what a deployment takes, with these files in place of the checkout's, by path; the packages are shared. */
export async function copyCheckout(files: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-copy-'))
  await Promise.all(copied.map(it => cp(join(root, it), join(folder, it), { recursive: true })))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Functions with nothing in them, by path. */
export async function emptyFunctions(): Promise<Record<string, string>> {
  const names = await readdir(join(root, 'functions'))
  return Object.fromEntries(names.map(it => [`functions/${it}`, 'export const handler = async () => undefined\n']))
}
