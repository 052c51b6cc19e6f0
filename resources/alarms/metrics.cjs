/** The metrics that alarms watch: AWS's own and ours. Each is for one queue, function, route or app. */

const minute = 60
const hour = 60 * minute

/** AWS counts per minute. */
const queue = (name, MetricName) => ({
  Namespace: 'AWS/SQS',
  MetricName,
  dimensions: { QueueName: { 'Fn::GetAtt': [name, 'QueueName'] } },
})

const lambda = (logical, MetricName) => ({
  Namespace: 'AWS/Lambda',
  MetricName,
  dimensions: { FunctionName: { Ref: logical } },
})

/** The whole API; with a `route` only that route, for which resources/api.yml enables metrics. */
const api = (MetricName, route = {}) => ({
  Namespace: 'AWS/ApiGateway',
  MetricName,
  dimensions: { ApiId: { Ref: 'HttpApi' }, ...route },
})

/** Written by the functions into their logs (lib/adapters/metrics.ts): one per stage, or one per app. */
const ownOf =
  service =>
  (MetricName, more = {}) => ({ Namespace: 'queqiao', MetricName, dimensions: { service, ...more } })

module.exports = { minute, hour, queue, lambda, api, ownOf }
