/**
 * The quota hold of each Official Account, at no cost: only the function that requeues events polls these queues. Urgent ones have
 * a queue of their own, because they may use the reserved part of the quota.
 */

const appsOf = require('./apps.cjs')
const { spelled } = require('./names.cjs')

module.exports = async ({ resolveVariable }) => {
  const [{ officials }, events] = await Promise.all([
    appsOf(resolveVariable),
    resolveVariable('self:custom.names.events'),
  ])
  const queues = officials.flatMap(it =>
    parkedQueuesOf(it).map(({ logicalName, ending }) => [logicalName, `${events}-${ending}`]),
  )
  const ParkedQueuesPolicy = policyOf(queues.map(([logicalName]) => logicalName))
  return {
    Resources: {
      ...Object.fromEntries(queues.map(([logicalName, name]) => [logicalName, queueOf(name)])),
      ParkedQueuesPolicy,
    },
  }
}

/** Those of an account, by their resources and by what their names end in (lib/adapters/aws/sqs-queues.ts, parkedName). */
function parkedQueuesOf({ name }) {
  return [
    { logicalName: `Events${spelled(name)}ParkedQueue`, ending: `${name}-parked` },
    { logicalName: `Events${spelled(name)}ParkedUrgentQueue`, ending: `${name}-parked-urgent` },
  ]
}

function queueOf(QueueName) {
  const Properties = { QueueName, SqsManagedSseEnabled: true, VisibilityTimeout: 120, MessageRetentionPeriod: 1209600 }
  return { Type: 'AWS::SQS::Queue', Properties }
}

function policyOf(logicalNames) {
  const tls = {
    ...{ Sid: 'OnlyOverTls', Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
  const Queues = logicalNames.map(Ref => ({ Ref }))
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues, PolicyDocument: { Version: '2012-10-17', Statement: [tls] } },
  }
}

module.exports.parkedQueuesOf = parkedQueuesOf
