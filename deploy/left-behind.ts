/** What a failed deployment could not roll back, with the command that removes each resource. */

import type { CloudFormationClient, StackEvent } from '@aws-sdk/client-cloudformation'

import { type Config, readChangeSince, readStatus, withCloudFormation } from './stack.ts'

type Failed = {
  readonly stack: string
  readonly stage: string
  readonly region: string
  /** The stack's newest event before this deployment; undefined if there was no stack. */
  readonly since: string | undefined
  readonly config: Config
  readonly tell: (line: string) => void
  readonly wait: (ms: number) => Promise<void>
}

const everyMs = 3_000
/** Deleting a CloudFront distribution takes a quarter of an hour. */
const mostRounds = 1_200

/** Waits until CloudFormation has rolled back, and lists what is left behind; of a rejected change, says only that. */
export async function tellLeftBehind({ stack, stage, region, since, config, tell, wait }: Failed): Promise<void> {
  await withCloudFormation(config, async client => {
    const first = await readStatus(client, stack)
    if (first !== undefined && (await readChangeSince(client, stack, since)).length === 0) {
      tell('CloudFormation did not start this deployment; nothing has changed.')
      return
    }
    tell('CloudFormation is rolling this deployment back; that may take minutes.')
    const status = await untilSettled(client, { stack, first, wait })
    const events = status === undefined ? [] : await readChangeSince(client, stack, since)
    for (const line of linesLeftBehind(events, { status, stack, stage, region })) tell(line)
  })
}

type Settling = Pick<Failed, 'stack' | 'wait'> & { readonly first: string | undefined }

async function untilSettled(client: CloudFormationClient, { stack, first, wait }: Settling) {
  let status = first
  for (let round = 0; status?.endsWith('_IN_PROGRESS') && round < mostRounds; round++) {
    await wait(everyMs)
    status = await readStatus(client, stack)
  }
  return status
}

type Ended = {
  readonly status: string | undefined
  readonly stack: string
  readonly stage: string
  readonly region: string
}

/** The events, newest first, as CloudFormation returns them. */
export function linesLeftBehind(events: readonly StackEvent[], ended: Ended): string[] {
  const last = new Map<string, StackEvent>()
  for (const it of events) if (!last.has(it.PhysicalResourceId ?? '')) last.set(it.PhysicalResourceId ?? '', it)
  const left = [...last.values()].filter(it => /^DELETE_(SKIPPED|FAILED)$/.test(it.ResourceStatus ?? ''))
  const lines = left.map(it => `  ${it.LogicalResourceId}: ${commandFor(it, `--region ${ended.region}`)}`)
  const told =
    left.length === 0
      ? ['Nothing of it is left behind.']
      : ['Left behind, with the command that removes each:', ...lines]
  return [...told, ...nextStep(ended)]
}

function commandFor({ ResourceType: type = '', PhysicalResourceId: id = '' }: StackEvent, where: string): string {
  switch (type) {
    case 'AWS::DynamoDB::Table':
      return `aws dynamodb delete-table --table-name ${id} ${where}`
    case 'AWS::S3::Bucket':
      return `aws s3 rb s3://${id} --force ${where}`
    case 'AWS::EC2::EIP':
      return [
        // CloudFormation knows it by its address, but releasing it takes another id.
        `aws ec2 describe-addresses --public-ips ${id} ${where} --query 'Addresses[].AllocationId' --output text`,
        `xargs aws ec2 release-address ${where} --allocation-id`,
      ].join(' | ')
    default:
      return `aws cloudcontrol delete-resource --type-name ${type} --identifier ${id} ${where}`
  }
}

function nextStep({ status, stack, stage, region }: Ended): string[] {
  switch (status) {
    case undefined:
    case 'UPDATE_ROLLBACK_COMPLETE':
      return ['Fix what failed, and deploy again.']
    case 'ROLLBACK_COMPLETE':
      return [`Fix what failed, remove the empty stack by npx --no sls remove --stage ${stage}, and deploy again.`]
    default:
      return [
        `The stack is ${status}, and accepts no deployment. Its events say why: aws cloudformation describe-stack-events --stack-name ${stack} --region ${region}`,
        `Once that is fixed: aws cloudformation continue-update-rollback --stack-name ${stack} --region ${region}`,
      ]
  }
}
