/** The calls that code makes, each with what it calls of the project's own. */

import type ts from 'typescript'

import { ownDeclarations } from './names.ts'
import type { Reach } from './reach.ts'
import { fileOf } from './source.ts'

/** A function of the project: its name, the file it stands in, and where there. */
type Callee = { readonly name: string; readonly file: string; readonly declaration: ts.Node }
export type Called = { readonly call: ts.CallExpression; readonly callee: Callee | undefined }

/** Tells what is called; of a package's functions nothing. */
export function calledIn({ calls }: Reach, checker: ts.TypeChecker): Called[] {
  return [...calls].map(call => ({ call, callee: calleeOf(call, checker) }))
}

function calleeOf({ expression }: ts.CallExpression, checker: ts.TypeChecker): Callee | undefined {
  const [declaration] = ownDeclarations(checker.getSymbolAtLocation(expression), checker)
  return declaration && { name: expression.getText(), file: fileOf(declaration), declaration }
}
