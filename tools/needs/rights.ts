/** Which rights of IAM the commands of the SDK need, and how the resources are named that they are on. */

const item = (name: string) => [`dynamodb:${name}Item`]
/** Without a look at the bucket S3 says of a key that is not there only that it is forbidden. */
const read = ['s3:GetObject', 's3:ListBucket']
/** What is written has a tag, which is a right of its own. */
const write = ['s3:PutObject', 's3:PutObjectTagging']

const byCommand: Readonly<Record<string, readonly string[]>> = {
  Get: item('Get'),
  Put: item('Put'),
  Delete: item('Delete'),
  Update: item('Update'),
  BatchGet: item('BatchGet'),
  BatchWrite: item('BatchWrite'),
  Query: ['dynamodb:Query'],
  SendMessage: ['sqs:SendMessage'],
  SendMessageBatch: ['sqs:SendMessage'],
  ReceiveMessage: ['sqs:ReceiveMessage'],
  DeleteMessageBatch: ['sqs:DeleteMessage'],
  ChangeMessageVisibility: ['sqs:ChangeMessageVisibility'],
  GetQueueUrl: ['sqs:GetQueueUrl'],
  GetQueueAttributes: ['sqs:GetQueueAttributes'],
  GetObject: read,
  PutObject: write,
  // S3 knows no right to copy.
  CopyObject: [...read, ...write],
  DeleteObject: ['s3:DeleteObject'],
  ListObjectsV2: ['s3:ListBucket'],
  GetParameters: ['ssm:GetParameters'],
  PutEvents: ['events:PutEvents'],
  GetAccountSettings: ['lambda:GetAccountSettings'],
}

/** What Lambda itself needs to hand a function the messages of a queue. */
export const consume = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage']

/** The rights that a command needs; throws for one that is not entered above. */
export function rightsOf(command: string): readonly string[] {
  const rights = byCommand[command]
  if (rights === undefined) throw new Error(`tools/needs/rights.ts does not know what ${command}Command needs`)
  return rights
}

const endings: Readonly<Record<string, string>> = {
  '': 'Queue',
  '-dlq': 'DeadLetterQueue',
  '-review': 'ReviewQueue',
}

/** What stands for the queues in which events wait for quota: each Official Account has two. */
export const parkedQueues = 'ParkedQueues'

/** `LINKS_TABLE` holds the name of the resource LinksTable. */
export function resourceOf(variable: string): string {
  return variable
    .split('_')
    .map(it => `${it.slice(0, 1)}${it.slice(1).toLowerCase()}`)
    .join('')
}

/** The resource of a queue whose name is that of the variable's with an ending; throws for an ending that no queue has. */
export function queueNamed(variable: string, ending: string): string {
  if (/^-\*-parked(-urgent)?$/.test(ending)) return parkedQueues
  const named = endings[ending]
  if (named === undefined) throw new Error(`no queue's name ends in ${ending}`)
  return resourceOf(variable).replace(/Queue$/, named)
}
