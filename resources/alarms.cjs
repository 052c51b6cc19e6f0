/** What ops are called for. Without an alarm topic the alarms only show; a missing value is no alarm, unless it says so. */

const { deployedOf, logicalOf } = require('./recursive-loops.cjs')

const minute = 60
const hour = 3600

/** What stands in AWS/SQS and AWS/Lambda by itself. */
const queue = (name, MetricName) => ({ Namespace: 'AWS/SQS', MetricName, dimensions: { QueueName: queueOf(name) } })
const queueOf = name => ({ 'Fn::GetAtt': [name, 'QueueName'] })
const errorsOf = name => ({
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  dimensions: { FunctionName: { Ref: name } },
})
const deadLetters = name => ({ ...queue(name, 'ApproximateNumberOfMessagesVisible'), Statistic: 'Maximum', above: 0 })

/** Each: its metric, and `above` or `below` what in how many periods of how many seconds. */
const queueAlarms = {
  EventsDeadLetters: {
    says: 'Events were laid aside: npm run redrive shows them, with the reason of each',
    ...deadLetters('EventsDeadLetterQueue'),
  },
  EventsInDoubt: {
    says: 'Of some events nobody knows whether they reached the phone: npm run redrive shows them',
    ...deadLetters('EventsReviewQueue'),
  },
  FollowersDeadLetters: {
    says: 'Who followed or left could not be written: the log of link-followers tells why',
    ...deadLetters('FollowersDeadLetterQueue'),
  },
  ReceiptsDeadLetters: {
    says: 'Delivery receipts could not be written: the log of receipts tells why',
    ...deadLetters('ReceiptsDeadLetterQueue'),
  },
  ImagesDeadLetters: {
    says: 'Pictures that were uploaded could not be looked at: the log of receive-images tells why',
    ...deadLetters('ImagesDeadLetterQueue'),
  },
  EventsWait: {
    says: 'An event waits for over 15 minutes: the log of send tells why',
    ...queue('EventsQueue', 'ApproximateAgeOfOldestMessage'),
    Statistic: 'Maximum',
    above: 15 * minute,
    Period: 5 * minute,
    EvaluationPeriods: 3,
  },
}

/** Only where pictures are checked. */
const checkAlarms = {
  ImageChecksDeadLetters: {
    says: 'Pictures wait for a check that WeChat could not be asked for: the log of check-images tells why',
    ...deadLetters('ImageChecksDeadLetterQueue'),
  },
}

const wechatAlarms = ({ own, officialAppid, miniAppid }) => ({
  EventsOverdue: { says: 'An event is on its way for over three days', ...own('EventOverdue'), above: 0 },
  OfficialTokenRefused: {
    says: 'WeChat refuses fresh access tokens of the Official Account: another system gets tokens for this appid',
    ...own('TokenRefused', { appid: officialAppid }),
    above: 0,
  },
  MiniTokenRefused: {
    says: 'WeChat refuses fresh access tokens of the mini program: another system gets tokens for this appid',
    ...own('TokenRefused', { appid: miniAppid }),
    above: 0,
  },
  OfficialAddressNotAllowed: {
    says: '40164: the egress address is not on the API IP allow-list (IP白名单) of the Official Account',
    ...own('AddressNotAllowed', { appid: officialAppid }),
    above: 0,
  },
  MiniAddressNotAllowed: {
    says: '40164: the egress address is not on the API IP allow-list (IP白名单) of the mini program',
    ...own('AddressNotAllowed', { appid: miniAppid }),
    above: 0,
  },
})

const functionAlarms = {
  CallbackFails: {
    says: 'The callback ended with an error or ran out of time: WeChat repeats an event thrice and then drops it',
    ...errorsOf('CallbackLambdaFunction'),
    above: 0,
  },
  ApiFails: {
    says: 'The HTTP API answered with 5xx more than once: the logs tell why (http.failed)',
    Namespace: 'AWS/ApiGateway',
    MetricName: '5xx',
    dimensions: { ApiId: { Ref: 'HttpApi' } },
    above: 1,
  },
  TokensNotRenewed: {
    says: 'refresh-tokens fails: access tokens end within the hour',
    ...errorsOf('RefreshDashtokensLambdaFunction'),
    above: 2,
  },
  SyncFails: { says: 'sync-followers fails', ...errorsOf('SyncDashfollowersLambdaFunction'), above: 2 },
}

/** Lambda counts it only where it stops loops: then what these functions put off is blocked until it is a dead letter. */
const loopAlarm = name => ({
  says: `Lambda took what ${name} puts off for an endless loop and blocks it: its recursive loop detection must be Allow`,
  Namespace: 'AWS/Lambda',
  MetricName: 'RecursiveInvocationsDropped',
  dimensions: { FunctionName: { Ref: logicalOf(name) } },
  above: 0,
})

const quotaAlarms = ({ own }) => ({
  SyncRefused: { says: 'Today’s quota does not do for a walk through the followers', ...own('SyncRefused'), above: 0 },
  SyncOverdue: {
    says: 'No walk through the followers was completed in 26 hours',
    ...own('SyncCompleted'),
    below: 1,
    Period: hour,
    EvaluationPeriods: 26,
    TreatMissingData: 'breaching',
  },
  SendInterrupted: {
    says: 'send ended while messages were on their way: they are sent again, within WeChat’s ten minutes to no harm; its log tells why',
    ...own('SendInterrupted'),
    above: 0,
  },
  QuotaUsedUp: {
    says: 'The day’s quota is used up: events wait until there is some again; npm run quota shows it',
    ...own('QuotaUsedUp'),
    above: 0,
  },
  QuotaLow: {
    says: 'Less than a tenth of the day’s quota of template messages is left',
    ...own('QuotaLeftPercent'),
    Statistic: 'Minimum',
    below: 10,
    Period: 10 * minute,
  },
})

module.exports = async ({ resolveVariable }) => {
  const [stage, officialAppid, miniAppid, topic, imageCheck] = await Promise.all(
    ['sls:stage', 'param:officialAppid', 'param:miniAppid', 'param:alarmTopic', 'param:imageCheck'].map(
      resolveVariable,
    ),
  )
  const service = `queqiao-${stage}`
  const own = (MetricName, more = {}) => ({ Namespace: 'queqiao', MetricName, dimensions: { service, ...more } })
  const wechat = wechatAlarms({ own, officialAppid, miniAppid })
  const queues = imageCheck === 'on' ? { ...queueAlarms, ...checkAlarms } : queueAlarms
  const looping = await deployedOf(resolveVariable)
  const loops = Object.fromEntries(looping.map(it => [`${logicalOf(it)}Loops`, loopAlarm(it)]))
  const table = Object.entries({ ...queues, ...wechat, ...functionAlarms, ...quotaAlarms({ own }), ...loops })
  const actions = topic === '' ? {} : { AlarmActions: [topic], OKActions: [topic] }
  const Resources = table.map(([name, how]) => [`${name}Alarm`, alarmOf(`${service}-${name}`, how, actions)])
  return { Resources: Object.fromEntries(Resources) }
}

function alarmOf(AlarmName, { says, above, below, dimensions, ...how }, actions) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName,
      AlarmDescription: says,
      Statistic: 'Sum',
      Period: 5 * minute,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      ComparisonOperator: above === undefined ? 'LessThanThreshold' : 'GreaterThanThreshold',
      Threshold: above ?? below,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      ...how,
      ...actions,
    },
  }
}
