import type { StackEvent } from '@aws-sdk/client-cloudformation'
import { expect, it } from 'vitest'

import { linesLeftBehind } from '../../deploy/left-behind.ts'

const ended = { status: 'UPDATE_ROLLBACK_COMPLETE', stack: 'queqiao-prod', stage: 'prod', region: 'eu-west-1' }
const event = (ResourceType: string, id: string, ResourceStatus: StackEvent['ResourceStatus']): StackEvent => ({
  ...{ StackId: 'arn', EventId: id, StackName: 'queqiao-prod', Timestamp: new Date(0) },
  ...{ ResourceType, LogicalResourceId: `The${id}`, PhysicalResourceId: id, ResourceStatus },
})

it('says that nothing is left where all was taken back', () => {
  const events = [
    event('AWS::DynamoDB::Table', 'links', 'DELETE_COMPLETE'),
    event('AWS::DynamoDB::Table', 'links', 'CREATE_COMPLETE'),
  ]
  expect(linesLeftBehind(events, ended)).toEqual([
    'Nothing of it is left behind.',
    'Fix what failed, and deploy again.',
  ])
})

it('gives for each thing that stayed the command that removes it', () => {
  const events = [
    event('AWS::EC2::EIP', '203.0.113.7', 'DELETE_SKIPPED'),
    event('AWS::S3::Bucket', 'pictures', 'DELETE_FAILED'),
    event('AWS::DynamoDB::Table', 'links', 'DELETE_FAILED'),
    event('AWS::CloudFront::Distribution', 'E1', 'DELETE_FAILED'),
    event('AWS::Lambda::Function', 'login', 'DELETE_COMPLETE'),
    event('AWS::EC2::EIP', '203.0.113.7', 'CREATE_COMPLETE'),
    // Tried twice by CloudFormation: the last word counts.
    event('AWS::DynamoDB::Table', 'walks', 'DELETE_COMPLETE'),
    event('AWS::DynamoDB::Table', 'walks', 'DELETE_FAILED'),
  ]
  const [, address, bucket, table, other, ...more] = linesLeftBehind(events, ended)
  expect(address).toMatch(
    /--public-ips 203\.0\.113\.7 --region eu-west-1 .*\| xargs aws ec2 release-address --region eu-west-1 /,
  )
  expect(bucket).toContain('Thepictures: aws s3 rb s3://pictures --force --region eu-west-1')
  expect(table).toContain('aws dynamodb delete-table --table-name links --region eu-west-1')
  expect(other).toContain(
    'delete-resource --type-name AWS::CloudFront::Distribution --identifier E1 --region eu-west-1',
  )
  expect(more).toEqual(['Fix what failed, and deploy again.'])
})

it('says how a stack that takes no deployment is made to take one', () => {
  expect(linesLeftBehind([], { ...ended, status: 'ROLLBACK_COMPLETE' })[1]).toContain('sls remove --stage prod')
  expect(linesLeftBehind([], { ...ended, status: 'UPDATE_ROLLBACK_FAILED' }).at(-1)).toContain(
    'aws cloudformation continue-update-rollback --stack-name queqiao-prod --region eu-west-1',
  )
})
