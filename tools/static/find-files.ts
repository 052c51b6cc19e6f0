/** The files of a folder that are to be served, and what is not. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { isStaticName } from '../../lib/files/static-name.ts'

/** `name` is the path below the folder, with slashes; `size` in bytes. */
export type FoundFile = { readonly name: string; readonly path: string; readonly size: number }

export type Found = {
  readonly files: readonly FoundFile[]
  /** What stays here by rule, with why. */
  readonly leftOut: readonly string[]
  /** What must be mended before anything is uploaded. */
  readonly problems: readonly string[]
}

/** What the command writes itself. */
export const manifestName = 'manifest.json'

const maxBytes = 100_000_000

/** Walks through a folder, in the order of names; a link is not followed. */
export async function findFiles(folder: string): Promise<Found> {
  const found = { files: [] as FoundFile[], leftOut: [] as string[], problems: [] as string[] }
  await walk(folder, '', found)
  return found
}

type Collected = { readonly [K in keyof Found]: Found[K][number][] }

async function walk(folder: string, prefix: string, found: Collected): Promise<void> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${prefix}${entry.name}`
    const why = whyLeftOut(name, entry)
    if (why !== undefined) found.leftOut.push(`${name} (${why})`)
    else if (entry.isDirectory()) await walk(folder, `${name}/`, found)
    else await look(folder, name, found)
  }
}

type Entry = { readonly name: string; isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }

function whyLeftOut(name: string, entry: Entry): string | undefined {
  if (entry.name.startsWith('.')) return 'hidden'
  if (entry.isSymbolicLink()) return 'a link'
  if (name === 'README.md') return 'for people'
  return entry.isFile() || entry.isDirectory() ? undefined : 'not a file'
}

async function look(folder: string, name: string, { files, problems }: Collected): Promise<void> {
  const path = join(folder, name)
  const { size } = await stat(path)
  const problem = problemOf(name, size)
  if (problem === undefined) files.push({ name, path, size })
  else problems.push(`${name}: ${problem}`)
}

function problemOf(name: string, size: number): string | undefined {
  if (name === manifestName) return 'this name is taken by the list of all names: choose another'
  if (!isStaticName(name)) return 'a name has letters, digits, and . _ - only, begins with no dot, and is not too long'
  return size > maxBytes ? `it has more than ${maxBytes / 1_000_000} MB` : undefined
}
