/** The drill of docs/restore.md, its DynamoDB commands to the letter. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import * as v from 'valibot'

import { callDynamo } from './aws.ts'
import type { World } from './checks.ts'
import { root } from './process.ts'

const TableName = 'queqiao-prod-deliveries'
const row = { id: { S: 'order-1:paid' }, state: { S: 'delivered' } }
const Key = { id: row.id }
const made = v.object({ BackupDetails: v.object({ BackupArn: v.string() }) })
const found = v.object({ Item: v.looseObject({}) })
const recovery = v.object({
  ContinuousBackupsDescription: v.object({
    PointInTimeRecoveryDescription: v.object({ PointInTimeRecoveryStatus: v.literal('ENABLED') }),
  }),
})

export async function playRestore({ trials, ministack, commands }: World): Promise<void> {
  const { aws } = ministack
  await trials.play('The drill brings a table back, as docs/restore.md has it', '恢复演练', async () => {
    await callDynamo(aws, 'PutItem', { TableName, Item: row })
    const drill = await readDrill()
    let BackupArn = ''
    for (const { action, parameters } of drill) {
      const filled = JSON.parse(JSON.stringify(parameters).replace('<BackupArn>', BackupArn))
      const answer = await callDynamo(aws, action, filled)
      // The accident; what was kept is from before.
      if (action === 'RestoreTableToPointInTime') await callDynamo(aws, 'DeleteItem', { TableName, Key })
      if (action === 'CreateBackup') BackupArn = v.parse(made, answer).BackupDetails.BackupArn
    }
    v.parse(found, await callDynamo(aws, 'GetItem', { TableName, Key, ConsistentRead: true }))
    v.parse(recovery, await callDynamo(aws, 'DescribeContinuousBackups', { TableName }))
    const output = await commands.sls('deploy')
    if (!output.includes(`Deletion protection is on: ${TableName}`)) throw new Error(output)
    return { result: undefined, told: `${drill.length} commands, and a deployment that protects it again` }
  })
}

/** The commands that are one call each; what waits is a loop, and the emulator is done at once. */
async function readDrill() {
  const text = await readFile(join(root, 'docs/restore.md'), 'utf8')
  const lines = text.split('\n').filter(it => it.startsWith('aws dynamodb '))
  if (lines.length < 5) throw new Error('docs/restore.md has no drill')
  return lines.map(line => {
    const [, action = '', options = ''] = /^aws dynamodb (\S+)(.*)$/.exec(line) ?? []
    const given = [...options.matchAll(/ --(\S+)(?: (?!--)(\S+))?/g)]
    return { action: pascal(action), parameters: Object.fromEntries(given.map(it => parameterOf(it[1] ?? '', it[2]))) }
  })
}

/** As the AWS CLI reads it: a word alone is true, or false with `no-`; `A=b,C=d` is an object. */
function parameterOf(name: string, value: string | undefined): [string, unknown] {
  if (value === undefined) return [pascal(name.replace(/^no-/, '')), !name.startsWith('no-')]
  if (!value.includes('=')) return [pascal(name), value]
  const parts = value.split(',').map(it => it.split('='))
  return [pascal(name), Object.fromEntries(parts.map(([key, it]) => [key, it === 'true' ? true : it]))]
}

function pascal(words: string): string {
  return words.replace(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase())
}
