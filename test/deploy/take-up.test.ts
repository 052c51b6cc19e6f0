import { expect, it } from 'vitest'

import { takeUpTables } from '../../deploy/take-up.ts'
import { openCloudFormation, type Stack } from './cloudformation-box.ts'

const tableOf = (name: string) => ({ Type: 'AWS::DynamoDB::Table', Properties: { TableName: `queqiao-prod-${name}` } })
const resources = { LinksTable: tableOf('links'), WalksTable: tableOf('walks') }
const names = Object.values(resources).map(it => it.Properties.TableName)

async function problemsOf(tables: string, there: readonly string[], deployed?: Stack['resources']): Promise<string[]> {
  const stack = { status: 'UPDATE_COMPLETE', events: [], resources: deployed ?? {} }
  const client = await openCloudFormation(deployed === undefined ? [] : [stack], there)
  const place = { stack: 'queqiao-prod', region: 'ap-southeast-1', template: { Resources: resources } }
  return takeUpTables({ ...place, tables, config: async () => client, tell: () => undefined })
}

it('lets a stage be made whose tables are nowhere, and one change that has them all', async () => {
  expect(await problemsOf('new', [])).toEqual([])
  expect(await problemsOf('new', names, resources)).toEqual([])
  expect(await problemsOf('existing', names, resources)).toEqual([])
})

it('names the tables that would stand in the way, with the commands that remove them', async () => {
  const [told, ...more] = await problemsOf('new', names)
  for (const name of names) expect(told).toContain(`aws dynamodb delete-table --table-name ${name} `)
  expect(more).toEqual([])
})

// A typing error in the stage or the region made a stage of empty tables, and nobody was told.
it('makes no empty tables where all were to be there: none is, or only some', async () => {
  expect(await problemsOf('existing', [])).toEqual([expect.stringMatching(/^TABLES must be new, .*ap-southeast-1/)])
  const some = [expect.stringMatching(/^TABLES=existing finds only some .* queqiao-prod-walks: .*restore\.md/)]
  expect(await problemsOf('existing', ['queqiao-prod-links'])).toEqual(some)
  // What an import that failed leaves is a stack without a table.
  expect(await problemsOf('existing', ['queqiao-prod-links'], {})).toEqual(some)
})

it('makes the table that a later version adds, though TABLES still says existing', async () => {
  expect(await problemsOf('existing', ['queqiao-prod-links'], { LinksTable: resources.LinksTable })).toEqual([])
})
