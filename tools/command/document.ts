/** The life of a command that writes what stands elsewhere into a document, or only tells whether that is in step. */

import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

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
type Told = { line(text: string): void; problem(text: string): void }
type Place = { readonly root: string; readonly screen: Told }

const root = resolve(import.meta.dirname, '../..')
const wrongOptions = 2

/** Runs the command in this process, and sets its exit code. */
export async function runDocumentCommand(document: Document): Promise<void> {
  const line = (text: string) => void process.stdout.write(`${text}\n`)
  const problem = (text: string) => void process.stderr.write(`${text}\n`)
  const options = readOptions(document.command)
  if (options === 'help') return line(helpOf(document))
  if ('wrong' in options) problem(options.wrong)
  process.exitCode =
    'wrong' in options ? wrongOptions : await keepInStep(document, options, { root, screen: { line, problem } })
}

/** Answers the document with another text between two marks, each on a line of its own; throws where one is missing. */
export function between(document: string, [begin, end]: readonly [begin: string, end: string], text: string): string {
  const [from, to] = [document.indexOf(`${begin}\n`), document.indexOf(`\n${end}`)]
  if (from < 0 || to < from) throw new Error(`the document has no ${begin} … ${end}`)
  return `${document.slice(0, from + begin.length + 1)}${text}${document.slice(to)}`
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

function readOptions(command: string): Options | 'help' | { readonly wrong: string } {
  try {
    const { check: isCheck = false, help } = parseArgs({
      options: { check: { type: 'boolean' }, help: { type: 'boolean' } },
    }).values
    return help ? 'help' : { isCheck }
  } catch (error) {
    const why = error instanceof Error ? error.message.split(/\. |\n/)[0] : 'these options cannot be read'
    return { wrong: `${why}; ${command} -- --help tells them` }
  }
}

function helpOf({ command, file, purpose }: Document): string {
  return `${command}   ${purpose}

  --check   writes nothing, and ends with 1 if ${file} is not in step
  --help    this text`
}
