/** The few calls to AWS that a person makes in its console, here to the emulator: signed, and answered in XML. */

import { XMLParser } from 'fast-xml-parser'
import * as v from 'valibot'

import { type Signer, sign } from './sigv4.ts'

export type Aws = {
  readonly endpoint: string
  readonly signer: Signer
  /** Makes one call of an API that speaks forms; answers what stands in `<…Result>`, or in the whole answer. */
  call(service: keyof typeof versions, action: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>
}

const versions = { cloudformation: '2010-05-15', ec2: '2016-11-15', iam: '2010-05-08', sts: '2011-06-15' }
const parser = new XMLParser({ parseTagValue: false, isArray: name => name === 'member' })
const limitMs = 30_000

export function createAws(endpoint: string, signer: Signer): Aws {
  return {
    endpoint,
    signer,
    async call(service, action, parameters = {}) {
      const body = new URLSearchParams({ Action: action, Version: versions[service], ...parameters }).toString()
      const url = `${endpoint}/`
      const headers = {
        ...sign({ method: 'POST', url, service, body }, signer),
        'content-type': 'application/x-www-form-urlencoded',
      }
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(limitMs) })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`${service}:${action} → ${answer.status} ${text}`)
      const response: Record<string, unknown> = parser.parse(text)[`${action}Response`] ?? {}
      return response[`${action}Result`] ?? response
    },
  }
}

/** These speak JSON. */
const targets = { dynamodb: 'DynamoDB_20120810', monitoring: 'GraniteServiceVersion20100801' }

export function callDynamo(aws: Aws, action: string, parameters: object): Promise<unknown> {
  return callTarget(aws, { service: 'dynamodb', action, parameters })
}

type Call = { readonly service: keyof typeof targets; readonly action: string; readonly parameters: object }

async function callTarget({ endpoint, signer }: Aws, { service, action, parameters }: Call): Promise<unknown> {
  const [url, body] = [`${endpoint}/`, JSON.stringify(parameters)]
  const headers = {
    ...sign({ method: 'POST', url, service, body }, signer),
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `${targets[service]}.${action}`,
  }
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(limitMs) })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${service}:${action} → ${answer.status} ${text}`)
  return JSON.parse(text)
}

/** At most a hundred, which is all that a stage has. */
export function readAlarms(aws: Aws, AlarmNamePrefix: string): Promise<unknown> {
  return callTarget(aws, {
    service: 'monitoring',
    action: 'DescribeAlarms',
    parameters: { AlarmNamePrefix, MaxRecords: 100 },
  })
}

/** What an HTTP API's stage is set to. */
export async function readApiStage({ endpoint, signer }: Aws, apiId: string): Promise<unknown> {
  const url = `${endpoint}/v2/apis/${apiId}/stages/$default`
  const headers = sign({ method: 'GET', url, service: 'apigateway' }, signer)
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(limitMs) })
  if (answer.status !== 200) throw new Error(`${url} → ${answer.status} ${await answer.text()}`)
  return answer.json()
}

const members = <T extends v.GenericSchema>(item: T) =>
  v.union([
    v.pipe(
      v.object({ member: v.array(item) }),
      v.transform(it => it.member),
    ),
    v.pipe(
      v.literal(''),
      v.transform(() => []),
    ),
  ])
const resources = v.object({
  StackResources: members(
    v.object({ LogicalResourceId: v.string(), PhysicalResourceId: v.string(), ResourceType: v.string() }),
  ),
})
const stacks = v.object({
  Stacks: members(v.object({ Outputs: members(v.object({ OutputKey: v.string(), OutputValue: v.string() })) })),
})
const policyNames = v.object({ PolicyNames: members(v.string()) })
const policy = v.object({ PolicyDocument: v.string() })

/** What a stack has made. */
export async function readResources(aws: Aws, stack: string) {
  return v.parse(resources, await aws.call('cloudformation', 'DescribeStackResources', { StackName: stack }))
    .StackResources
}

/** The same by logical names: what each is in the account. */
export async function idsIn(aws: Aws, stack: string): Promise<Record<string, string>> {
  const found = await readResources(aws, stack)
  return Object.fromEntries(found.map(it => [it.LogicalResourceId, it.PhysicalResourceId]))
}

export async function readOutputs(aws: Aws, stack: string): Promise<Record<string, string>> {
  const found = v.parse(stacks, await aws.call('cloudformation', 'DescribeStacks', { StackName: stack }))
  return Object.fromEntries((found.Stacks[0]?.Outputs ?? []).map(it => [it.OutputKey, it.OutputValue]))
}

/** The policies of a role, as text. */
export async function readPolicies(aws: Aws, RoleName: string): Promise<string[]> {
  const { PolicyNames } = v.parse(policyNames, await aws.call('iam', 'ListRolePolicies', { RoleName }))
  const read = async (PolicyName: string) =>
    decodeURIComponent(v.parse(policy, await aws.call('iam', 'GetRolePolicy', { RoleName, PolicyName })).PolicyDocument)
  return Promise.all(PolicyNames.map(read))
}
