/** Makes the mutants of a file, by the syntax of TypeScript: each is one small change that leaves valid code. */

import ts from 'typescript'

import { lineOf, type Mutant, replaced } from './mutant.ts'

/** What a place becomes. */
type Change = { readonly what: string; readonly at: ts.Node; readonly text: string }

const operators = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
  [ts.SyntaxKind.PercentToken, '*'],
])
const methods: Readonly<Record<string, string>> = { some: 'every', every: 'some', min: 'max', max: 'min' }
/** What a log or a metric says is not asserted line by line. */
const telling = /^(deps\.|request\.)?(log|metrics)\b|^(watch|console)\b/

/** All mutants of a file; `file` is from the project's folder. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const changes: Change[] = []
  visit(parsed)
  return changes.map(({ what, at, text }) => {
    const start = at.getStart(parsed)
    return { file, what, line: lineOf(source, start), text: replaced(source, start, at.getEnd(), text) }
  })

  function visit(node: ts.Node): void {
    if (isPassedOver(node)) return
    for (const it of changesOf(node)) changes.push(it)
    ts.forEachChild(node, visit)
  }
}

/** Types and imports do nothing when the code runs, and `as const` is no place for another value. */
function isPassedOver(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return true
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true
  return ts.isCallExpression(node) && telling.test(node.expression.getText())
}

function changesOf(node: ts.Node): readonly Change[] {
  if (ts.isBinaryExpression(node)) return ofOperator(node)
  if (ts.isPrefixUnaryExpression(node)) return ofPrefix(node)
  if (ts.isConditionalExpression(node)) return swapped(node)
  if (ts.isIfStatement(node)) return ofCondition(node.expression)
  if (ts.isExpressionStatement(node)) return ofStatement(node)
  if (ts.isPropertyAccessExpression(node)) return ofMethod(node)
  if (ts.isArrayLiteralExpression(node)) return withoutEach(node)
  return ofLiteral(node)
}

function ofOperator({ operatorToken, left, right }: ts.BinaryExpression): readonly Change[] {
  const text = operators.get(operatorToken.kind)
  if (text !== undefined) return [change(operatorToken, text)]
  // Between numbers only, as far as the text tells.
  if (operatorToken.kind !== ts.SyntaxKind.PlusToken) return []
  return [left, right].some(it => ts.isStringLiteralLike(it) || ts.isTemplateExpression(it))
    ? []
    : [change(operatorToken, '-')]
}

function ofPrefix(node: ts.PrefixUnaryExpression): readonly Change[] {
  return node.operator === ts.SyntaxKind.ExclamationToken ? [change(node, node.operand.getText())] : []
}

function swapped(node: ts.ConditionalExpression): readonly Change[] {
  const text = `${node.condition.getText()} ? ${node.whenFalse.getText()} : ${node.whenTrue.getText()}`
  return [{ what: 'the branches swapped', at: node, text }]
}

function ofCondition(node: ts.Expression): readonly Change[] {
  return [change(node, 'true'), change(node, 'false')]
}

function ofStatement(node: ts.ExpressionStatement): readonly Change[] {
  const call = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression
  return ts.isCallExpression(call) && !telling.test(call.getText()) ? [{ ...change(node, ''), text: ';' }] : []
}

function ofMethod({ name, parent }: ts.PropertyAccessExpression): readonly Change[] {
  const other = Object.hasOwn(methods, name.text) ? methods[name.text] : undefined
  if (other === undefined || !ts.isCallExpression(parent)) return []
  return [change(name, other)]
}

/** The list without each of its elements, if it is one of values that are written out. */
function withoutEach({ elements }: ts.ArrayLiteralExpression): readonly Change[] {
  if (elements.length < 2 || !elements.every(it => ts.isLiteralExpression(it) || ts.isIdentifier(it))) return []
  // A hole is undefined, which is no element of any of these.
  return elements.map(it => ({ what: `without ${it.getText()}`, at: it, text: 'undefined' }))
}

function ofLiteral(node: ts.Node): readonly Change[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [change(node, 'false')]
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [change(node, 'true')]
  if (!ts.isNumericLiteral(node) || ts.isPropertyAssignment(node.parent)) return []
  const value = Number(node.text.replaceAll('_', ''))
  return [change(node, `${value === 0 ? 1 : 2 * value}`)]
}

function change(at: ts.Node, text: string): Change {
  const before = at.getText().replaceAll(/\s+/g, ' ')
  const short = before.length > 60 ? `${before.slice(0, 57)}...` : before
  return { what: text === '' ? `without ${short}` : `${short} → ${text}`, at, text }
}
