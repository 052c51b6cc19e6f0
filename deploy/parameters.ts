/** The rules for the parameters of a deployment. Those that functions read too follow the functions' rules. */

import { type ConfigKey, problemsIn } from '../lib/config.ts'

import type { Outputs } from './paste.ts'

export type Parameters = Readonly<Record<string, unknown>>

/** The environment variable for each parameter, except the two appids (lists.ts); functions know it by the same name. */
const read = {
  wechatApiUrl: 'WECHAT_API_URL',
  accessTokenMode: 'ACCESS_TOKEN_MODE',
  callbackEncryption: 'CALLBACK_ENCRYPTION',
  testAccount: 'TEST_ACCOUNT',
  receipts: 'RECEIPTS',
  templateMetrics: 'TEMPLATE_METRICS',
  sessionSeconds: 'SESSION_SECONDS',
  spreadSync: 'SPREAD_SYNC',
  retentionDays: 'RETENTION_DAYS',
  quotaReserve: 'QUOTA_RESERVE',
  resultsBus: 'RESULTS_BUS',
  pushesBus: 'PUSHES_BUS',
  pushesQueue: 'PUSHES_QUEUE',
  forwardUrl: 'FORWARD_URL',
  forwardMode: 'FORWARD_MODE',
  forwardNetwork: 'FORWARD_NETWORK',
  canaryEvent: 'CANARY_EVENT',
  imagesPerDay: 'IMAGES_PER_DAY',
  imageMetadata: 'IMAGE_METADATA',
  imageCheck: 'IMAGE_CHECK',
  imageCheckScene: 'IMAGE_CHECK_SCENE',
} as const satisfies Record<string, ConfigKey>

const arn = 'arn:aws[a-z-]*'
const allocation = { is: /^(eipalloc-[0-9a-f]{8,17})?$/, wanted: 'the allocation id of an Elastic IP, eipalloc-…' }
const domainName = /^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})?$/
const wholeNumber = { is: /^[1-9]\d{0,4}$/, wanted: 'a whole number from 1 to 99999' }

/** Parameters that only the deployment reads; an empty value omits an optional one. */
const deployed = {
  egress: {
    variable: 'EGRESS',
    is: /^(nat-gateway|nat-gateway-per-zone|nat-instance|none)$/,
    wanted: 'nat-gateway, nat-gateway-per-zone, nat-instance or none',
  },
  egressAllocationId: { variable: 'EGRESS_ALLOCATION_ID', ...allocation },
  egressAllocationId2: { variable: 'EGRESS_ALLOCATION_ID_2', ...allocation },
  domain: {
    variable: 'DOMAIN',
    is: domainName,
    wanted: 'a domain in lower case, such as api.example.com',
  },
  hostedZoneId: { variable: 'HOSTED_ZONE_ID', is: /^(Z[A-Z0-9]{1,31})?$/, wanted: 'the id of a Route 53 zone, Z…' },
  files: { variable: 'FILES', is: /^(auto|cloudfront|api)$/, wanted: 'auto, cloudfront or api' },
  filesDomain: {
    variable: 'FILES_DOMAIN',
    is: domainName,
    wanted: 'a domain in lower case, such as files.example.com',
  },
  filesCertificate: {
    variable: 'FILES_CERTIFICATE',
    is: /^(arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36})?$/,
    wanted: 'the ARN of an ACM certificate in us-east-1, where CloudFront looks for it',
  },
  apiRate: { variable: 'API_RATE', ...wholeNumber },
  apiBurst: { variable: 'API_BURST', ...wholeNumber },
  callbackRate: { variable: 'CALLBACK_RATE', ...wholeNumber },
  callbackBurst: { variable: 'CALLBACK_BURST', ...wholeNumber },
  callbackConcurrency: {
    variable: 'CALLBACK_CONCURRENCY',
    is: /^([1-9]\d{0,4})?$/,
    wanted: 'a whole number from 1 to 99999, or empty',
  },
  producerRoles: {
    variable: 'PRODUCER_ROLES',
    is: new RegExp(`^(${arn}:iam::\\d{12}:role/[^,\\s]+(,${arn}:iam::\\d{12}:role/[^,\\s]+)*)?$`),
    wanted: 'ARNs of IAM roles, separated by commas without blanks',
  },
  alarmTopic: {
    variable: 'ALARM_TOPIC',
    is: new RegExp(`^(${arn}:sns:[a-z0-9-]+:\\d{12}:[\\w.-]+)?$`),
    wanted: 'the ARN of an SNS topic',
  },
  shareTokens: { variable: 'SHARE_TOKENS', is: /^(on|off)$/, wanted: 'on or off' },
  imageDays: {
    variable: 'IMAGE_DAYS',
    is: /^([1-9]\d{0,3})?$/,
    wanted: 'a whole number of days from 1 to 9999, or empty',
  },
  selfCheck: {
    variable: 'SELF_CHECK',
    is: /^(off|[5-9]|[1-5]\d|60)$/,
    wanted: 'a whole number of minutes from 5 to 60, or off',
  },
  keepData: { variable: 'KEEP_DATA', is: /^(on|off)$/, wanted: 'on or off' },
  tables: { variable: 'TABLES', is: /^(new|existing)$/, wanted: 'new or existing' },
}

/** Lists everything that is missing or wrong, by environment variable; empty if the deployment may start. */
export function problemsOf(parameters: Parameters): string[] {
  const env = Object.fromEntries(Object.entries(read).map(([name, key]) => [key, textOf(parameters[name])]))
  const wrong = Object.entries(deployed).flatMap(([name, { variable, is, wanted }]) =>
    is.test(textOf(parameters[name])) ? [] : `${variable} must be ${wanted}`,
  )
  return [...problemsIn(env, Object.values(read)), ...wrong, ...togetherIn(parameters)]
}

/**
 * Lists parameters whose absence would take the stage's egress address away: an Elastic IP of the operator's own is
 * known only by its parameter, and without that the deployment would create another, which is on no allow-list.
 */
export function lostAddresses(outputs: Outputs, parameters: Parameters): string[] {
  const { EgressAddress, EgressAllocationId, SecondEgressAddress, SecondEgressAllocationId } = outputs
  const [first, second] = [parameters.egressAllocationId, parameters.egressAllocationId2].map(textOf)
  const isSecondUsed = parameters.egress === 'nat-gateway-per-zone'
  const isLost = (own: string | undefined, used: string | undefined, given: string | undefined) =>
    own === undefined && used !== undefined && given === ''
  return [
    ...(isLost(EgressAddress, EgressAllocationId, first)
      ? [`EGRESS_ALLOCATION_ID must be ${EgressAllocationId}, as deployed`]
      : []),
    ...(isSecondUsed && isLost(SecondEgressAddress, SecondEgressAllocationId, second)
      ? [`EGRESS_ALLOCATION_ID_2 must be ${SecondEgressAllocationId}, as deployed`]
      : []),
  ]
}

function togetherIn(parameters: Parameters): string[] {
  const { domain, hostedZoneId, egress, egressAllocationId2, receipts, canaryEvent } = parameters
  const isLost = egressAllocationId2 !== '' && egress !== 'nat-gateway-per-zone'
  return [
    ...(hostedZoneId !== '' && domain === '' ? ['HOSTED_ZONE_ID has no effect without DOMAIN'] : []),
    ...(isLost ? ['EGRESS_ALLOCATION_ID_2 is only for EGRESS=nat-gateway-per-zone'] : []),
    ...(receipts === 'off' && canaryEvent !== 'off'
      ? ['CANARY_EVENT needs RECEIPTS=on: it waits for the receipt']
      : []),
    ...filesTogetherIn(parameters),
  ]
}

/** `region` is where the stage is deployed; it tells the China partition. */
function filesTogetherIn({ files, filesDomain, filesCertificate, domain, region }: Parameters): string[] {
  const isInChina = textOf(region).startsWith('cn-')
  const byApi = files === 'api' || isInChina
  return [
    ...(isInChina && files === 'cloudfront' ? [`FILES must be auto or api in ${region}`] : []),
    ...((filesDomain === '') === (filesCertificate === '')
      ? []
      : ['FILES_DOMAIN and FILES_CERTIFICATE need each other']),
    ...(byApi && filesDomain !== '' ? ['FILES_DOMAIN is only for CloudFront; DOMAIN is the API’s'] : []),
    ...(filesDomain !== '' && filesDomain === domain ? ['FILES_DOMAIN must differ from DOMAIN'] : []),
  ]
}

/** The text of a parameter, which may be missing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : ''
}
