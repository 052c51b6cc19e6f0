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

const document = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Statement: v.array(
      v.object({
        Effect: v.string(),
        Action: v.pipe(
          v.union([v.string(), v.array(v.string())]),
          v.transform(it => [it].flat()),
        ),
        Resource: v.unknown(),
      }),
    ),
  }),
)

/** In AWS the right to do one is the right to do ten. */
const batched = ['sqs:SendMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']

/**
 * Two questions the emulator puts otherwise than AWS: for ssm:GetParameters it asks about `*` and not each parameter, and
 * for ten messages about an action `sqs:…Batch`, which AWS has not. Roles that have the right get what it asks for;
 * everything else is asked of them as they were deployed. Answers which.
 */
export async function answerEmulator(aws: Aws, stack: string): Promise<string[]> {
  const roles = (await readResources(aws, stack)).filter(it => it.ResourceType === 'AWS::IAM::Role')
  const changed: string[] = []
  for (const { PhysicalResourceId: name } of roles) {
    const granted = (await readPolicies(aws, name)).flatMap(it => v.parse(document, it).Statement)
    const more = granted.filter(it => it.Effect === 'Allow').flatMap(it => inItsWords(it.Action, it.Resource))
    if (more.length === 0) continue
    await aws.call('iam', 'PutRolePolicy', { RoleName: name, PolicyName: extra, PolicyDocument: policyOf(...more) })
    changed.push(name)
  }
  return changed
}

function inItsWords(actions: readonly string[], Resource: unknown): object[] {
  const batch = actions.filter(it => batched.includes(it)).map(it => `${it}Batch`)
  return [
    ...(actions.includes('ssm:GetParameters') ? [{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' }] : []),
    ...(batch.length === 0 ? [] : [{ Effect: 'Allow', Action: batch, Resource }]),
  ]
}

/** AWS deletes no role that has a policy from elsewhere. */
export async function takeBack(aws: Aws, roles: readonly string[]): Promise<void> {
  for (const name of roles) await aws.call('iam', 'DeleteRolePolicy', { RoleName: name, PolicyName: extra })
}

const extra = 'emulator'
