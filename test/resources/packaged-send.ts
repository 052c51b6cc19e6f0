/** Everything that the packaged `send` reaches, on loopback, and in the environment of this process. */

import { onTestFinished, vi } from 'vitest'

import { appids } from '../../kit/app.ts'
import { functionEnvironment, functionSecrets } from '../../kit/function-environment.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { openParameterStore } from '../../local/parameter-store.ts'
import { openTables } from '../dynamodb.ts'
import { openWorld, orderPaid } from '../world.ts'
import { openRecordingSqs } from './recursive-loop.ts'

export type Place = Awaited<ReturnType<typeof openPlace>>

/** Opens it, with a follower and an event for them; it closes with the test, which puts the environment back. */
export async function openPlace() {
  const [world, tables, sqs] = await Promise.all([openWorld(), openTables(), openRecordingSqs()])
  const ssm = await openParameterStore(0, functionSecrets)
  onTestFinished(async () => {
    await Promise.all([ssm.close(), tables.close()])
  })
  const LINKS_TABLE = await tables.make('links')
  const made = {
    TOKENS_TABLE: await tables.make('tokens'),
    DELIVERIES_TABLE: await tables.make('deliveries'),
    ATTEMPTS_TABLE: await tables.make('attempts'),
    WALKS_TABLE: await tables.make('walks'),
  }
  const urls = { WECHAT_API_URL: world.box.url, AWS_ENDPOINT_URL_DYNAMODB: tables.url, AWS_ENDPOINT_URL_SQS: sqs.url }
  const env = { ...fixed, ...made, ...urls, LINKS_TABLE, AWS_ENDPOINT_URL_SSM: ssm.url }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)

  const { openid } = await world.person({ following: true })
  const seen = { openid, following: true, followedAt: 1, at: 1 }
  await createLinkStore(tables.dynamo, LINKS_TABLE).of(appids.official).writeFollower(seen, undefined)
  const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }
  const event = JSON.stringify({ id: 'order-1', to: { openid }, templateId: orderPaid.templateId, data })
  return { ...world, sqs, event }
}

const fixed = {
  ...functionEnvironment,
  // By it the SDK knows that it runs on Lambda, and sends the trace header along.
  AWS_LAMBDA_FUNCTION_NAME: 'queqiao-prod-send',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
  STAGE: 'prod',
}
