import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Addresses } from './banner.ts'
import { type Closing, createClosing } from './closing.ts'
import { openConsoleViews } from './console-views.ts'
import { type Deployment, type Queue, readDeployment } from './deployment.ts'
import { listEndpoints, openEmulators } from './emulators.ts'
import type { Environment, Settings } from './environment.ts'
import { startMapping } from './event-source-mapping.ts'
import { openFunctions } from './functions.ts'
import { buildFunctionsEnvironment, chooseCredentials, type Endpoints } from './functions-environment.ts'
import type { Kept } from './kept/stores.ts'
import type { Report } from './lists.ts'
import { assertPortsFree, type PortUse, pickFreePort, reachableHost } from './ports.ts'
import { type ProvisionedQueue, provisionBuckets, provisionQueues, provisionTables } from './provision.ts'
import { watchLists } from './reload.ts'
import { createNotifications } from './s3-door/notifications.ts'
import { openS3Door } from './s3-door/server.ts'
import { startOffline } from './serverless.ts'
import type { WeChatKeys } from './wechat-keys.ts'

/** The inputs of the stack. */
export type StackOptions = {
  settings: Settings
  /** The environment that the functions' process starts from. */
  env: Environment
  /** Takes each line that the functions and their emulator write. */
  onFunctionLine: (line: string) => void
  /** Where data is kept from one start to the next; without it all begins empty. */
  kept?: Kept | undefined
  report: Report
  /** Collects what is opened, for callers that may stop the stack while it is still opening. */
  closing?: Closing
}

/** Everything on one machine, running. */
export type Stack = {
  addresses: Addresses
  /** What opens the box's console after its address, for other machines with a token; undefined with another WeChat. */
  consolePath: string | undefined
  sqs: SQSClient
  /** Resolves with the reason if the functions' process ends. */
  ended: Promise<string>
  close(): Promise<void>
}

const root = dirname(import.meta.dirname)
// A function may answer that it timed out; after this it does not answer at all.
const answerMarginMs = 5000

/** Opens everything on one machine; if a part fails, what is open is closed again. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const closing = options.closing ?? createClosing()
  try {
    await assertPortsFree(listPortUses(options.settings))
    return await openParts(options, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function openParts(options: StackOptions, closing: Closing): Promise<Stack> {
  const { settings } = options
  const { api, lambda } = settings.ports
  // The functions take longest, so they start first; everything they call is up before anything calls them.
  const ssmPort = await pickFreePort('127.0.0.1')
  const endpoints = listEndpoints(settings, ssmPort)
  const views = openConsoleViews(options, endpoints, closing)
  const functions = startFunctions({ ...options, onFunctionLine: views.onFunctionLine }, endpoints, closing)
  const opening = openEmulators(settings, ssmPort, { closing, kept: options.kept, beside: views.beside })

  const client = { region: settings.region, credentials: chooseCredentials(options.env, settings) }
  const sqs = new SQSClient({ ...client, endpoint: endpoints.sqs })
  // Path-style, because a local S3 has no host name for each bucket.
  const s3 = new S3Client({ ...client, endpoint: endpoints.s3, forcePathStyle: true })
  closing.add(() => sqs.destroy())
  closing.add(() => s3.destroy())
  const [deployment, emulators] = await Promise.all([functions.now.config.then(readDeployment), opening])
  const all = { ...deployment, queues: [...deployment.queues, ...operatorsQueue(options)] }
  const provisioning = provision(all, { sqs, s3 }, { ...client, endpoint: endpoints.dynamodb })
  views.setBox(emulators.box)
  const [queues] = await Promise.all([provisioning, functions.now.ready])
  const onArrival = createNotifications({ sqs, region: settings.region, buckets: deployment.buckets, queues })
  const door = await openS3Door({ ...client, ...{ host: settings.host, port: settings.ports.s3, s3, onArrival } })
  closing.add(door.close)

  const invoke = `http://${reachableHost(settings.host)}:${lambda}`
  startMappings({ ...options, deployment, queues, invoke, sqs, closing })
  const lists = watchLists({
    ...options,
    ...emulators,
    restart: async wechat => {
      await provisionQueues(sqs, readDeployment(await functions.restart(wechat)).queues)
    },
  })
  closing.add(lists.close)
  return {
    addresses: {
      ...endpoints,
      api: `http://${reachableHost(settings.host)}:${api}`,
      invoke,
      eventsQueueUrl: [...queues.values()].find(({ url }) => url.endsWith('-local-events'))?.url ?? '',
    },
    consolePath: emulators.box?.consolePath,
    sqs,
    ended: functions.now.ended,
    close: closing.close,
  }
}

/** Starts the functions' process, which can be started again with other apps. */
function startFunctions({ settings, env, onFunctionLine }: StackOptions, endpoints: Endpoints, closing: Closing) {
  const { host, ports } = settings
  const envOf = (wechat: WeChatKeys) => buildFunctionsEnvironment(env, { ...settings, wechat }, endpoints)
  const start = (wechat: WeChatKeys) =>
    startOffline({ host, apiPort: ports.api, lambdaPort: ports.lambda, env: envOf(wechat), onLine: onFunctionLine })
  const now = openFunctions(() => start(settings.wechat))
  const { BUILD_FOLDER } = envOf(settings.wechat)
  if (BUILD_FOLDER) closing.add(() => rm(join(root, BUILD_FOLDER), { recursive: true, force: true }))
  closing.add(now.stop)
  return { now, restart: (wechat: WeChatKeys) => now.restart(() => start(wechat)) }
}

/** The queue that gets all pushes is the operator's: ours to make only in an SQS of our own. */
function operatorsQueue({ env, settings }: StackOptions): Queue[] {
  const name = env.PUSHES_QUEUE ?? 'off'
  if (name === 'off' || name === '' || settings.endpoints.sqs !== undefined) return []
  return [{ logicalName: 'PushesQueue', name, attributes: {}, redrive: undefined }]
}

async function provision(
  deployment: Deployment,
  { sqs, s3 }: { sqs: SQSClient; s3: S3Client },
  config: ConstructorParameters<typeof DynamoDBClient>[0],
) {
  const dynamodb = new DynamoDBClient(config ?? {})
  const [queues] = await Promise.all([
    provisionQueues(sqs, deployment.queues),
    provisionTables(dynamodb, deployment.tables),
    provisionBuckets(s3, deployment.buckets),
  ])
  dynamodb.destroy()
  return queues
}

type Mappings = StackOptions & {
  deployment: Deployment
  queues: ReadonlyMap<string, ProvisionedQueue>
  invoke: string
  sqs: SQSClient
  closing: Closing
}

function startMappings({ deployment, queues, invoke, sqs, closing, settings, report }: Mappings): void {
  const mappings = deployment.triggers.map(trigger => {
    const queue = queues.get(trigger.queue)
    if (!queue) throw new Error(`${trigger.functionName}: no queue ${trigger.queue}`)
    const { url: queueUrl, arn: queueArn, visibilityTimeoutMs } = queue
    return startMapping({
      ...trigger,
      ...{ queueUrl, queueArn, visibilityTimeoutMs },
      invokeUrl: invoke,
      timeoutMs: trigger.timeout * 1000 + answerMarginMs,
      windowMs: trigger.maximumBatchingWindow * 1000,
      ...{ sqs, region: settings.region, report },
    })
  })
  closing.add(() => Promise.all(mappings.map(mapping => mapping.stop())))
}

/** Only the ports that will really be used. */
function listPortUses({ host, ports, endpoints, wechatApiUrl }: Settings): PortUse[] {
  const loopback = '127.0.0.1'
  return [
    { port: ports.api, host, purpose: 'API', variable: 'API_PORT' },
    { port: ports.lambda, host, purpose: 'Lambda invoke', variable: 'LAMBDA_PORT' },
    { port: ports.s3, host, purpose: 'S3 for uploads', variable: 'S3_PORT' },
    ...(wechatApiUrl ? [] : [{ port: ports.wechat, host, purpose: 'WeChat in a box', variable: 'WECHAT_PORT' }]),
    ...(endpoints.sqs && endpoints.s3
      ? []
      : [{ port: ports.sqs, host: loopback, purpose: 'SQS and S3', variable: 'SQS_PORT' }]),
    ...(endpoints.dynamodb
      ? []
      : [{ port: ports.dynamodb, host: loopback, purpose: 'DynamoDB', variable: 'DYNAMODB_PORT' }]),
  ]
}
