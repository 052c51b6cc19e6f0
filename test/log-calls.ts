/** What the code writes into the log, and what it counts: read from its calls and their types. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import ts from 'typescript'

const root = join(import.meta.dirname, '..')
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
}

/** One call; `names` are the fields of a line, or the dimensions of a metric. */
export type Call = { readonly kind: string; readonly name: string; readonly names: readonly string[] }

type Calls = {
  readonly lines: readonly Call[]
  readonly metrics: readonly Call[]
  /** What else is called info, warn or error. */
  readonly others: readonly string[]
}

/** Hands on the lines of others, and adds the app to them. */
const handsOn = 'lib/of-app.ts'
const line = /(^|\.)log\??\.(debug|info|warn|error)$/

/** Finds each call of a log and of the metrics in lib/ and functions/. */
export function findCalls(): Calls {
  const files = ['lib', 'functions'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(it => it.endsWith('.ts'))
      .map(it => join(root, folder, it)),
  )
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  const calls = files.flatMap(it => callsIn(program.getSourceFile(it)))
  const isHandedOn = (it: ts.Node) => it.getSourceFile().fileName === join(root, handsOn)
  const of = (called: RegExp, among = calls) =>
    among.filter(it => called.test(it.expression.getText())).flatMap(it => readCall(it, checker))
  return {
    lines: of(
      line,
      calls.filter(it => !isHandedOn(it)),
    ),
    metrics: of(/(^|\.)metrics\.(count|gauge)$/),
    others: calls
      .map(it => it.expression.getText())
      .filter(it => /\.(debug|info|warn|error)$/.test(it) && !line.test(it)),
  }
}

function callsIn(node: ts.Node | undefined): ts.CallExpression[] {
  if (node === undefined) return []
  const inside: ts.CallExpression[] = ts.isCallExpression(node) ? [node] : []
  ts.forEachChild(node, it => void inside.push(...callsIn(it)))
  return inside
}

function readCall({ expression, arguments: given }: ts.CallExpression, checker: ts.TypeChecker): Call[] {
  const kind = expression.getText().split('.').at(-1) ?? ''
  const [name, more] = [given[0], given.find((it, index) => index > 0 && isFields(it, checker))]
  const told = more === undefined ? [] : namesIn(checker.getTypeAtLocation(more))
  const names = isOfApp(expression, checker) ? [...new Set([...told, 'app'])].sort() : told
  return name === undefined ? [] : textsOf(name, checker).map(it => ({ kind, name: it, names }))
}

/** Whether it is a log, or metrics, of one app: these add its name. */
function isOfApp(called: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(called)) return false
  return checker.getTypeAtLocation(called.expression).getProperty('app') !== undefined
}

/** A gauge has its value before its dimensions. */
function isFields(node: ts.Node, checker: ts.TypeChecker): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) === 0
}

function namesIn(type: ts.Type): string[] {
  const parts = type.isUnion() ? type.types : [type]
  return [...new Set(parts.flatMap(it => it.getProperties().map(({ name }) => name)))].sort()
}

/** All texts that it can be, where its parts are of known texts. */
function textsOf(node: ts.Node, checker: ts.TypeChecker): string[] {
  if (!ts.isTemplateExpression(node)) return literalsOf(checker.getTypeAtLocation(node))
  return node.templateSpans.reduce(
    (texts, { expression, literal }) =>
      texts.flatMap(it => literalsOf(checker.getTypeAtLocation(expression)).map(part => `${it}${part}${literal.text}`)),
    [node.head.text],
  )
}

function literalsOf(type: ts.Type): string[] {
  const parts = type.isUnion() ? type.types : [type]
  return parts.map(it => (it.isStringLiteral() ? it.value : '?'))
}
