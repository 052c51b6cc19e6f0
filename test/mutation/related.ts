/** Which tests see a file: those that reach it by their imports, in the process of the test itself. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import ts from 'typescript'

/** The files that a file reaches, itself too; all from the project's folder, `root`. */
export function reachOf(file: string, root: string): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [file]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    waiting.push(...importsOf(next, root))
  }
  return reached
}

const known = new Map<string, readonly string[]>()

function importsOf(file: string, root: string): readonly string[] {
  const found = known.get(file) ?? read(file, root)
  known.set(file, found)
  return found
}

function read(file: string, root: string): readonly string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
  const own = importedFiles.map(it => it.fileName).filter(it => it.startsWith('.') && it.endsWith('.ts'))
  return own.map(it => join(dirname(file), it))
}
