/**
 * One role for each function. The table below holds all their permissions; `npm run check:needs` compares it with the
 * code, and names what a function lacks or has too much. Without a plugin, because the one that exists has not changed
 * since 2021 and uses managed policies.
 */

const appsOf = require('./apps.cjs')
const { spelled } = require('./names.cjs')
const { parkedQueuesOf } = require('./parked.cjs')
const { isPassedOn } = require('./pass-on.cjs')

/** Read the row, take the lease, write the new token. */
const tokens = ['GetItem', 'UpdateItem']
const people = ['BatchGetItem']
const syncRuns = ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem']
/** Queues are looked up by name. */
const push = ['GetQueueUrl', 'SendMessage']
/** All queues of the stage; ParkedQueues are those of all Official Accounts. */
const queues = [
  ...['EventsQueue', 'EventsDeadLetterQueue', 'EventsReviewQueue', 'ParkedQueues'],
  ...['FollowersQueue', 'FollowersDeadLetterQueue', 'ReceiptsQueue', 'ReceiptsDeadLetterQueue'],
  ...['ImagesQueue', 'ImagesDeadLetterQueue', 'ImageChecksQueue', 'ImageChecksDeadLetterQueue'],
  ...['PassOnQueue', 'PassOnDeadLetterQueue'],
]
/** What Lambda itself needs to receive a queue's messages for a function. */
const consume = ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage']

/** A copy needs read and write, and its tag a permission of its own. */
const copied = ['PutObject', 'PutObjectTagging']
/** Without permission to list the bucket, S3 answers 403 for a missing key; it also allows listing. */
const look = ['ListBucket']

/** Those of all Official Accounts or mini programs, by name: a function that calls WeChat for one kind reads none of the other. */
const officialAppsecrets = 'official appsecret'
const miniAppsecrets = 'mini appsecret'
/** Those of all apps, by the ending: the names of the secrets of forty apps would exceed the size of a role. */
const callbackSecrets = ['* callback-aes-key', '* callback-token']
/** Of the servers behind us, by the ending for the same reason. */
const forwardSecrets = ['* forward-aes-key', '* forward-token']
/** Enough for a handshake with them. */
const [, forwardToken] = forwardSecrets
const allOfApps = ['* appsecret', ...callbackSecrets]

/** Per function: DynamoDB actions by table, SQS by queue, S3 by bucket and keys, its secrets, and where it runs. */
const grants = {
  login: {
    callsWeChat: true,
    secrets: [miniAppsecrets, 'session-keys'],
    tables: { LoginsTable: ['DeleteItem', 'GetItem', 'UpdateItem'], LinksTable: ['BatchGetItem', 'UpdateItem'] },
  },
  me: { secrets: ['session-public-keys'], tables: { LinksTable: people } },
  'follow-codes': {
    callsWeChat: true,
    secrets: [officialAppsecrets, 'session-public-keys'],
    tables: { TokensTable: tokens, LoginsTable: ['UpdateItem'] },
  },
  callback: {
    secrets: [...callbackSecrets, ...forwardSecrets],
    tables: { DeliveriesTable: ['UpdateItem'] },
    queues: { FollowersQueue: push, ReceiptsQueue: push, ImageChecksQueue: push, PassOnQueue: push },
  },
  'pass-on': {
    secrets: [...callbackSecrets, ...forwardSecrets],
    buses: ['PushesBus'],
    queues: { PassOnQueue: consume, PushesQueue: push },
  },
  'refresh-tokens': {
    callsWeChat: true,
    secrets: [miniAppsecrets, officialAppsecrets],
    tables: { TokensTable: tokens },
  },
  'sync-followers': {
    callsWeChat: true,
    secrets: [officialAppsecrets],
    tables: { TokensTable: tokens, LinksTable: people, WalksTable: syncRuns },
    queues: { FollowersQueue: push },
  },
  'revisit-followers': {
    callsWeChat: true,
    secrets: [officialAppsecrets],
    tables: { TokensTable: tokens },
    indexes: { LinksTable: ['by-waiting'] },
    queues: { FollowersQueue: push },
  },
  'link-followers': {
    callsWeChat: true,
    secrets: [officialAppsecrets],
    tables: {
      TokensTable: tokens,
      LoginsTable: ['GetItem', 'UpdateItem'],
      LinksTable: ['BatchGetItem', 'DeleteItem', 'GetItem', 'UpdateItem'],
      WalksTable: syncRuns,
    },
    queues: { FollowersQueue: [...consume, 'ChangeMessageVisibility', ...push], ImagesQueue: push },
  },
  send: {
    callsWeChat: true,
    buses: ['ResultsBus'],
    secrets: [officialAppsecrets],
    tables: {
      TokensTable: tokens,
      LinksTable: people,
      DeliveriesTable: ['BatchGetItem', 'BatchWriteItem', 'GetItem', 'UpdateItem'],
      WalksTable: ['Query'],
      AttemptsTable: ['DeleteItem', 'PutItem', 'Query'],
    },
    queues: {
      EventsQueue: [...consume, 'ChangeMessageVisibility', ...push],
      EventsDeadLetterQueue: push,
      EventsReviewQueue: push,
      ParkedQueues: push,
      FollowersQueue: ['GetQueueAttributes', ...push],
    },
  },
  'resume-events': {
    callsWeChat: true,
    secrets: [officialAppsecrets],
    tables: { TokensTable: tokens, DeliveriesTable: ['GetItem', 'UpdateItem'] },
    queues: {
      ParkedQueues: [...consume, 'GetQueueUrl'],
      EventsQueue: push,
    },
  },
  receipts: {
    buses: ['ResultsBus'],
    tables: { DeliveriesTable: ['GetItem', 'UpdateItem'] },
    queues: { ReceiptsQueue: consume },
  },
  deliveries: {
    tables: { DeliveriesTable: ['BatchGetItem', 'GetItem'] },
    indexes: { DeliveriesTable: ['by-state'] },
  },
  reach: { tables: { LinksTable: people } },
  // A signed form carries its signer's permission.
  images: {
    secrets: ['session-public-keys'],
    tables: { ImagesTable: ['PutItem', 'UpdateItem'] },
    buckets: { ImagesBucket: { 'uploads/*': ['PutObject'] } },
  },
  image: { secrets: ['session-public-keys'], tables: { ImagesTable: ['GetItem'] } },
  'receive-images': {
    tables: { ImagesTable: ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'] },
    indexes: { ImagesTable: ['by-owner'] },
    buckets: {
      ImagesBucket: {
        '': look,
        'uploads/*': ['DeleteObject', 'GetObject'],
        'checking/*': ['DeleteObject', ...copied],
        'images/*': ['DeleteObject', ...copied],
      },
    },
    queues: { ImagesQueue: [...consume, ...push], ImageChecksQueue: push },
  },
  // A signed URL carries its signer's permission.
  'check-images': {
    callsWeChat: true,
    secrets: [miniAppsecrets],
    tables: { TokensTable: tokens, ImagesTable: ['GetItem', 'PutItem', 'UpdateItem'] },
    buckets: {
      ImagesBucket: {
        '': look,
        'checking/*': ['DeleteObject', 'GetObject'],
        'images/*': ['DeleteObject', ...copied],
      },
    },
    queues: { ImageChecksQueue: [...consume, 'ChangeMessageVisibility', ...push] },
  },
  // A signed URL carries its signer's permission.
  'serve-files': {
    buckets: {
      ImagesBucket: { '': look, 'images/*': ['GetObject'] },
      StaticBucket: { '': look, 'static/*': ['GetObject'] },
    },
  },
  'domain-file': { buckets: { StaticBucket: { '': look, 'static/*': ['GetObject'] } } },
  jwks: { secrets: ['session-public-keys'] },
  doctor: {
    callsWeChat: true,
    secrets: [...allOfApps, forwardToken, 'session-keys', 'session-public-keys'],
    tables: { TokensTable: tokens, DeliveriesTable: ['GetItem'] },
    queues: Object.fromEntries(queues.map(it => [it, ['GetQueueAttributes', 'GetQueueUrl']])),
    // An account-level action without a resource.
    anywhere: ['lambda:GetAccountSettings'],
  },
  // The part of the doctor's permissions that its few checks need, without the key that signs sessions.
  'self-check': {
    callsWeChat: true,
    secrets: [...allOfApps, 'session-public-keys'],
    tables: { TokensTable: tokens, DeliveriesTable: ['GetItem'] },
    queues: Object.fromEntries(queues.map(it => [it, ['GetQueueAttributes', 'GetQueueUrl']])),
  },
  menu: { callsWeChat: true, secrets: [officialAppsecrets], tables: { TokensTable: tokens } },
  token: {
    callsWeChat: true,
    secrets: [miniAppsecrets, officialAppsecrets],
    tables: { TokensTable: tokens },
  },
}

module.exports = async ({ resolveVariable }) => {
  const [stage, imageCheck, canaryEvent, receipts, functions] = await Promise.all(
    ['sls:stage', 'param:imageCheck', 'param:canaryEvent', 'param:receipts', 'self:functions'].map(resolveVariable),
  )
  const [apps, named] = await Promise.all([appsOf(resolveVariable), namedOutside(resolveVariable)])
  const missing = [
    ...(imageCheck === 'on' ? [] : ['ImageChecksQueue', 'ImageChecksDeadLetterQueue']),
    ...((await isPassedOn(resolveVariable)) ? [] : ['PassOnQueue', 'PassOnDeadLetterQueue']),
  ]
  const granted = grantedWith({ canaryEvent, receipts })
  const roles = [functions]
    .flat()
    .flatMap(it => Object.keys(it))
    .map(name => [`${pascal(name)}Role`, roleOf(name, granted[name] ?? {}, { stage, named, missing, apps })])
  return { Resources: Object.fromEntries(roles) }
}

module.exports.granted = Object.keys(grants)

/** Buses and queues of the operator's own, by what the rights call them. */
async function namedOutside(resolveVariable) {
  const names = { ResultsBus: 'resultsBus', PushesBus: 'pushesBus', PushesQueue: 'pushesQueue' }
  const read = async ([resource, param]) => [resource, await resolveVariable(`param:${param}`)]
  return Object.fromEntries(await Promise.all(Object.entries(names).map(read)))
}

/** Only the canary's sender may push, and without receipts the callback may not touch the deliveries. */
function grantedWith({ canaryEvent, receipts }) {
  const { 'self-check': look, callback, ...others } = grants
  const EventsQueue = ['GetQueueAttributes', ...push]
  return {
    ...others,
    'self-check': canaryEvent === 'off' ? look : { ...look, queues: { ...look.queues, EventsQueue } },
    callback: receipts === 'off' ? { ...callback, tables: {} } : callback,
  }
}

function roleOf(name, grant, place) {
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const PolicyDocument = { Version: '2012-10-17', Statement: statementsOf(name, grant, place) }
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
      Policies: [{ PolicyName: name, PolicyDocument }],
    },
  }
}

function statementsOf(
  name,
  { callsWeChat, buses = [], anywhere = [], secrets = [], tables = {}, indexes = {}, queues = {}, buckets = {} },
  place,
) {
  const { stage, named, missing, apps } = place
  const present = Object.entries(queues).filter(([queue]) => !missing.includes(queue) && named[queue] !== 'off')
  return [
    // The log group is the template's; its ARN ends in `:*`, for the streams in it.
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(`${spelled(name)}LogGroup`)),
    ...Object.entries(tables).map(([table, actions]) => allow(of('dynamodb', actions), arnOf(table))),
    ...Object.entries(indexes).map(([table, names]) =>
      allow(
        ['dynamodb:Query'],
        names.map(it => sub(`\${${table}.Arn}/index/${it}`)),
      ),
    ),
    ...present.map(([queue, actions]) => allow(of('sqs', actions), queuesOf(queue, place))),
    ...Object.entries(buckets).flatMap(([bucket, keys]) =>
      Object.entries(keys).map(([key, actions]) => allow(of('s3', actions), objectsOf(bucket, key))),
    ),
    ...(secrets.length === 0
      ? []
      : [allow(['ssm:GetParameters'], secrets.flatMap(it => namesOf(it, apps)).map(secretOf(stage)))]),
    ...buses
      .filter(it => named[it] !== 'off')
      .map(it => allow(['events:PutEvents'], inAccount(`events:*:event-bus/${named[it]}`))),
    ...(anywhere.length === 0 ? [] : [allow(anywhere, '*')]),
    ...(callsWeChat ? inVpc(`queqiao-${stage}-${name}`) : []),
  ]
}

/** The parameters for an entry of the table. */
function namesOf(secret, { officials, minis }) {
  const [owner, ending] = secret.split(' ')
  if (ending === undefined) return [secret]
  const owners = { official: officials.map(it => it.name), mini: minis.map(it => it.name), '*': ['*'] }
  return owners[owner].map(it => `${it}-${ending}`)
}

/** The urgent queue's name begins with the other's: one ARN for both, because a role is limited to 10,240 characters. */
function queuesOf(queue, { apps, named }) {
  if (queue in named) return inAccount(`sqs:*:${named[queue]}`)
  if (queue !== 'ParkedQueues') return arnOf(queue)
  return apps.officials.map(it => sub(`\${${parkedQueuesOf(it)[0].logicalName}.Arn}*`))
}

/** A parameter under the account's own key aws/ssm, with which SSM decrypts for every reader. */
function secretOf(stage) {
  return name => inAccount(`ssm:*:parameter/queqiao/${stage}/${name}`)
}

/** Lambda creates the network interfaces with the function's role; the function's code must not. */
function inVpc(functionName) {
  const actions = of('ec2', [
    'AssignPrivateIpAddresses',
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'UnassignPrivateIpAddresses',
  ])
  const isItself = { ArnEquals: { 'lambda:SourceFunctionArn': inAccount(`lambda:*:function:${functionName}`) } }
  return [allow(actions, '*'), { Effect: 'Deny', Action: actions, Resource: '*', Condition: isItself }]
}

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource })
const of = (service, actions) => actions.map(it => `${service}:${it}`)
const arnOf = name => ({ 'Fn::GetAtt': [name, 'Arn'] })
const objectsOf = (bucket, key) => (key === '' ? arnOf(bucket) : sub(`\${${bucket}.Arn}/${key}`))
const sub = text => ({ 'Fn::Sub': text })

/** An ARN of this account and region; `*` stands for both. */
function inAccount(text) {
  const [service, resource] = text.split(':*:')
  return sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`)
}

function pascal(name) {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase())
}
