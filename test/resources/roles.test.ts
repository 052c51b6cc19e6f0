import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { readFunctions } from '../../kit/service.ts'

const make = createRequire(import.meta.url)('../../resources/roles.cjs')

it.each([
  ['on', ['dynamodb:UpdateItem']],
  ['off', []],
])('lets the callback change deliveries only where receipts are kept: %s', async (receipts, wanted) => {
  const { functions } = await readFunctions()
  const given: Record<string, unknown> = { 'self:functions': functions, 'param:receipts': receipts }
  const { Resources } = await make({ resolveVariable: async (name: string) => given[name] ?? 'off' })
  const [{ PolicyDocument }] = Resources.CallbackRole.Properties.Policies
  const actions: string[] = PolicyDocument.Statement.flatMap((it: { Action: string[] }) => it.Action)
  expect(actions.filter(it => it.startsWith('dynamodb:'))).toEqual(wanted)
})
