/** The source of the functions, read and checked by the compiler. */

import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

import ts from 'typescript'

export const root = resolve(import.meta.dirname, '../..')

export type Source = {
  /** The names of the functions, each in its file `functions/<name>.ts`. */
  readonly functions: readonly string[]
  readonly checker: ts.TypeChecker
  file(path: string): ts.SourceFile
}

/** Opens it; `changed` has the texts of files that are to be taken otherwise than they are, by their path in the project. */
export function openSource(changed: Readonly<Record<string, string>> = {}): Source {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  )
  const present = readdirSync(join(root, 'functions')).map(it => `functions/${it}`)
  const paths = [...new Set([...present, ...Object.keys(changed)])].filter(it => it.startsWith('functions/'))
  const program = ts.createProgram(
    paths.map(it => join(root, it)),
    options,
    hostWith(changed, options),
  )
  return {
    functions: paths.map(it => it.slice('functions/'.length, -'.ts'.length)),
    checker: program.getTypeChecker(),
    file(path) {
      const found = program.getSourceFile(join(root, path))
      if (found === undefined) throw new Error(`there is no ${path}`)
      return found
    },
  }
}

/** The file that a node stands in, by its path in the project. */
export function fileOf(node: ts.Node): string {
  return node.getSourceFile().fileName.slice(root.length + 1)
}

function hostWith(changed: Readonly<Record<string, string>>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true)
  const { fileExists, readFile } = host
  const texts = new Map(Object.entries(changed).map(([path, text]) => [join(root, path), text]))
  // By these the host itself reads its sources.
  return Object.assign(host, {
    fileExists: (name: string) => texts.has(name) || fileExists(name),
    readFile: (name: string) => texts.get(name) ?? readFile(name),
  })
}
