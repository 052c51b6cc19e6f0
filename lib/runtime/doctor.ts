/** The doctor's dependencies, opened again for each run: no cache may hide a recent fix. */

import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createAccountLimits } from '../adapters/aws/lambda-account.ts'
import { parkedName } from '../adapters/aws/sqs-queues.ts'
import { createQueueSizes } from '../adapters/aws/sqs-sizes.ts'
import { createSecrets } from '../adapters/aws/ssm-secrets.ts'
import { isBoxAt } from '../adapters/box.ts'
import { openOwnApi } from '../adapters/own-api.ts'
import { openSite } from '../adapters/site.ts'
import { createWeChat } from '../adapters/wechat/client.ts'
import { recordCalls } from '../adapters/wechat/noted-transport.ts'
import { createTransport, type Transport } from '../adapters/wechat/transport.ts'
import type { App } from '../apps.ts'
import { config } from '../config.ts'
import type { DoctorDeps } from '../doctor/deps.ts'
import { ConfigError } from '../errors.ts'
import { logOf, metricsOf } from '../of-app.ts'
import type { Secrets } from '../ports.ts'
import { type SecretName, secretOf } from '../secret-names.ts'
import { createAccessTokenSource } from '../tokens/access-token.ts'
import { apps } from './apps.ts'
import { leftOfInvocation, log, now } from './context.ts'
import { metrics } from './metrics.ts'
import { gateStore, tokenStore } from './stores.ts'
import { templates } from './templates.ts'

/** Whether WeChat is our simulator, as it says of itself; only a local stage asks. */
export async function boxOfStage(): Promise<Pick<DoctorDeps, 'isBox'>> {
  const { STAGE, WECHAT_API_URL } = config('STAGE', 'WECHAT_API_URL')
  return STAGE === 'local' ? { isBox: await isBoxAt(WECHAT_API_URL) } : {}
}

/** Opens everything for one run, with the secrets that it may read; throws ConfigError if the environment is wrong. */
export function openDoctor(readable: readonly SecretName[]): DoctorDeps {
  const { STAGE, AWS_REGION, API_URL, WECHAT_API_URL } = config('STAGE', 'AWS_REGION', 'API_URL', 'WECHAT_API_URL')
  const { UPLOAD_URL, FILES_URL } = config('UPLOAD_URL', 'FILES_URL')
  const { officials, minis } = apps()
  const secrets = createSecrets(config('SECRETS_PREFIX').SECRETS_PREFIX, now)
  secrets.need(readable)
  const { transport, calls, sightings } = recordCalls(
    createTransport({ baseUrl: WECHAT_API_URL, remainingMs: leftOfInvocation }),
    now,
  )
  return {
    stage: STAGE,
    region: AWS_REGION,
    isTestAccount: config('TEST_ACCOUNT').TEST_ACCOUNT === 'on',
    officials: officials.map(app => ({ ...openApp(app, { secrets, transport }), gate: gateStore(app) })),
    minis: minis.map(app => openApp(app, { secrets, transport })),
    secrets,
    readable,
    templates,
    api: openOwnApi(API_URL),
    sites: { upload: openSite(UPLOAD_URL), files: openSite(FILES_URL) },
    queues: createQueueSizes(),
    queueNames: queueNames(),
    parkedQueues: parkedQueues(),
    ...{ calls, sightings, now, log },
    // The timer must not keep the process alive.
    sleep: ms => setTimeout(ms, undefined, { ref: false }),
  }
}

/** Reads the limits of the account, which exist only on AWS. */
export function accountLimits(): Pick<DoctorDeps, 'account'> {
  return config('STAGE').STAGE === 'local' ? {} : { account: createAccountLimits() }
}

function parkedQueues(): readonly string[] {
  const { EVENTS_QUEUE } = config('EVENTS_QUEUE')
  const priorities = ['usual', 'urgent'] as const
  return apps().officials.flatMap(({ name: official }) =>
    priorities.map(priority => parkedName(EVENTS_QUEUE, { official, priority })),
  )
}

function queueNames(): DoctorDeps['queueNames'] {
  const names = config(
    'EVENTS_QUEUE',
    'FOLLOWERS_QUEUE',
    'RECEIPTS_QUEUE',
    'IMAGES_QUEUE',
    'IMAGE_CHECKS_QUEUE',
    'PASS_ON_QUEUE',
  )
  const { IMAGE_CHECKS_QUEUE: imageChecks, PASS_ON_QUEUE: passOn } = names
  return {
    events: names.EVENTS_QUEUE,
    followers: names.FOLLOWERS_QUEUE,
    receipts: names.RECEIPTS_QUEUE,
    images: names.IMAGES_QUEUE,
    ...(imageChecks === 'off' ? {} : { imageChecks }),
    ...(passOn === 'off' ? {} : { passOn }),
  }
}

type Means = { readonly secrets: Secrets; readonly transport: Transport }

function openApp<A extends App>(app: A, { secrets, transport }: Means) {
  const { appid } = app
  const { ACCESS_TOKEN_MODE: mode } = config('ACCESS_TOKEN_MODE')
  const name = secretOf(app, 'appsecret')
  const wechat = createWeChat({
    appid,
    async appsecret() {
      const secret = await secrets.get(name)
      if (secret === undefined) throw new ConfigError([`${name} is not set`])
      return secret
    },
    transport,
    mode,
    // Without a breaker: refused calls must be made again.
    breaker: { run: (_api, call) => call() },
    // Without alarms too: whoever runs the doctor gets the result anyway.
    watch: () => undefined,
    nowSeconds: () => Math.floor(now() / 1000),
  })
  const ops = { log: logOf(app, log), metrics: metricsOf(app, metrics) }
  const sleep = (ms: number) => setTimeout(ms)
  const container = { now, sleep, remainingMs: leftOfInvocation, owner: randomUUID() }
  const source = { appid, wechat, tokens: tokenStore(), ...container, ...ops }
  return { app, wechat, accessTokens: createAccessTokenSource(source), isAskingHarmless: mode === 'stable' }
}
