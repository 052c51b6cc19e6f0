/**
 * The alarms. Each has its metric, and `above` or `below` what in how many periods of how many seconds. Without an
 * alarm topic the alarms only show in the console; a missing value is no alarm, unless the alarm says so.
 */

const appsOf = require('./apps.cjs')
const egressAlarms = require('./alarms/egress.cjs')
const functionAlarms = require('./alarms/functions.cjs')
const { minute, ownOf } = require('./alarms/metrics.cjs')
const queueAlarms = require('./alarms/queues.cjs')
const wechatAlarms = require('./alarms/wechat.cjs')
const { spelled } = require('./names.cjs')
const { isPassedOn } = require('./pass-on.cjs')
const { deployedOf } = require('./recursive-loops.cjs')

module.exports = async ({ resolveVariable }) => {
  const [stage, topic, imageCheck, selfCheck] = await Promise.all(
    ['sls:stage', 'param:alarmTopic', 'param:imageCheck', 'param:selfCheck'].map(resolveVariable),
  )
  const passesOn = await isPassedOn(resolveVariable)
  const service = `queqiao-${stage}`
  const own = ownOf(service)
  const table = Object.entries({
    ...queueAlarms({ imageCheck, passesOn, own }),
    ...functionAlarms({ imageCheck, passesOn, own, selfCheck, looping: await deployedOf(resolveVariable) }),
    ...wechatAlarms({ own, apps: await appsOf(resolveVariable) }),
    ...egressAlarms,
  })
  const actions = topic === '' ? {} : { AlarmActions: [topic], OKActions: [topic] }
  const Resources = table.map(([name, how]) => [logicalOf(name), alarmOf(`${service}-${name}`, how, actions)])
  return { Resources: Object.fromEntries(Resources) }
}

/** `TokenRefused-fan-club` is of an app. */
function logicalOf(name) {
  const [what, ...app] = name.split('-')
  return `${what}${app.length === 0 ? '' : spelled(app.join('-'))}Alarm`
}

function alarmOf(AlarmName, { says, above, below, dimensions, condition, ...how }, actions) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    ...(condition === undefined ? {} : { Condition: condition }),
    Properties: {
      AlarmName,
      AlarmDescription: says,
      // An alarm has one of the two.
      ...(how.ExtendedStatistic === undefined ? { Statistic: 'Sum' } : {}),
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
