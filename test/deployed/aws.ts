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

const versions = {
  cloudformation: '2010-05-15',
  ec2: '2016-11-15',
  iam: '2010-05-08',
  sts: '2011-06-15',
}
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

/** DynamoDB speaks JSON. */
export async function callDynamo({ endpoint, signer }: Aws, action: string, parameters: object): Promise<unknown> {
  const [url, body] = [`${endpoint}/`, JSON.stringify(parameters)]
  const headers = {
    ...sign({ method: 'POST', url, service: 'dynamodb', body }, signer),
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${action}`,
  }
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(limitMs) })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`dynamodb:${action} → ${answer.status} ${text}`)
  return JSON.parse(text)
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
