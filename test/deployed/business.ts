/** A business system: a role of its own, which the stage names as a producer, and which may ask for deliveries and reach. */

import * as v from 'valibot'

import { type Aws, readPolicies, readResources } from './aws.ts'
import type { Signer } from './sigv4.ts'

const RoleName = 'shop'
const accountRoot = { AWS: 'arn:aws:iam::000000000000:root' }
const role = v.object({ Role: v.object({ Arn: v.string() }) })
const assumed = v.object({
  Credentials: v.object({ AccessKeyId: v.string(), SecretAccessKey: v.string(), SessionToken: v.string() }),
})
const address = v.object({ allocationId: v.string(), publicIp: v.string() })

const policyOf = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

/** Makes the role; its right to push comes from the queue's own policy alone. */
export async function makeBusinessRole(aws: Aws): Promise<string> {
  const trust = policyOf({ Effect: 'Allow', Principal: accountRoot, Action: 'sts:AssumeRole' })
  const made = v.parse(role, await aws.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: trust }))
  const PolicyDocument = policyOf({
    Effect: 'Allow',
    Action: 'execute-api:Invoke',
    Resource: ['deliveries/*', 'reach'].map(it => `arn:aws:execute-api:*:*:*/$default/GET/${it}`),
  })
  await aws.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'ask', PolicyDocument })
  return made.Role.Arn
}

export async function actAs(aws: Aws, RoleArn: string): Promise<Signer & { readonly sessionToken: string }> {
  const parameters = { RoleArn, RoleSessionName: 'deploy-test' }
  const { AccessKeyId, SecretAccessKey, SessionToken } = v.parse(
    assumed,
    await aws.call('sts', 'AssumeRole', parameters),
  ).Credentials
  const { region } = aws.signer
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, region }
}

/** An Elastic IP that is brought along. */
export async function allocateAddress(aws: Aws): Promise<string> {
  return v.parse(address, await aws.call('ec2', 'AllocateAddress', { Domain: 'vpc' })).allocationId
}

/**
 * For ssm:GetParameters the emulator asks whether the role may read `*`, where AWS asks for each parameter: the roles that
 * may read some get that too. Answers which; everything else is asked of the roles as they were deployed.
 */
export async function allowReadingParameters(aws: Aws, stack: string): Promise<string[]> {
  const PolicyDocument = policyOf({ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' })
  const roles = (await readResources(aws, stack)).filter(it => it.ResourceType === 'AWS::IAM::Role')
  const allowed: string[] = []
  for (const { PhysicalResourceId } of roles) {
    const policies = await readPolicies(aws, PhysicalResourceId)
    if (!policies.some(it => it.includes('ssm:GetParameters'))) continue
    await aws.call('iam', 'PutRolePolicy', { RoleName: PhysicalResourceId, PolicyName: extra, PolicyDocument })
    allowed.push(PhysicalResourceId)
  }
  return allowed
}

/** AWS deletes no role that has a policy from elsewhere. */
export async function takeBack(aws: Aws, roles: readonly string[]): Promise<void> {
  for (const name of roles) await aws.call('iam', 'DeleteRolePolicy', { RoleName: name, PolicyName: extra })
}

const extra = 'emulator-reads-parameters'
