/** The life of a command that writes what stands elsewhere into a document, or only tells whether that is in step. */

import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import type { Environment } from '../../local/environment.ts'
import { readOptions } from './options.ts'
import { runCommand } from './run-command.ts'
import type { Screen } from './screen.ts'

export type Document = {
  /** `npm run costs`. */
  readonly command: string
  /** From the project's folder. */
  readonly file: string
  /** What the command writes, and of what, for its help. */
  readonly purpose: string
  /** The document as it has to be, from what it is now; empty where there is none. */
  readonly textOf: (before: string) => string | Promise<string>
}

type Options = { readonly isCheck: boolean }
type Place = { readonly root: string; readonly screen: Pick<Screen, 'line' | 'problem'> }

const root = resolve(import.meta.dirname, '../..')
const known = { check: { type: 'boolean' }, help: { type: 'boolean' } } as const

/** Runs the command in this process. */
export async function runDocumentCommand(document: Document): Promise<void> {
  await runCommand<Options>({
    helpText: helpOf(document),
    parse: (args, env) => parseOptions(args, env, document),
    run: ({ isCheck }, { screen }) => keepInStep(document, { isCheck }, { root, screen }),
  })
}

/** Writes the document, or with `isCheck` only looks; tells which, and answers the exit code. */
export async function keepInStep(document: Document, { isCheck }: Options, { root, screen }: Place): Promise<number> {
  const { command, file, textOf } = document
  const path = join(root, file)
  const before = await readFile(path, 'utf8').catch(() => '')
  const text = await textOf(before)
  if (text === before) {
    screen.line(`✓ ${file} is in step · 已是最新`)
    return 0
  }
  if (isCheck) {
    screen.problem(`✗ ${file} is not in step: ${command} · 需要更新`)
    return 1
  }
  await writeFile(path, text)
  screen.line(`✓ ${file} was written anew · 已更新`)
  return 0
}

function parseOptions(args: readonly string[], env: Environment, { command }: Document): Options | 'help' {
  const { check: isCheck = false, help } = readOptions(args, env, { command, options: known })
  return help ? 'help' : { isCheck }
}

function helpOf({ command, file, purpose }: Document): string {
  return `${command}   ${purpose}

  --check   writes nothing, and ends with 1 if ${file} is not in step
  --help    this text
`
}
