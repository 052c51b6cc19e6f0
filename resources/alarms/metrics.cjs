/** The metrics that alarms watch: those of AWS's services, and our own. Each is of one queue, function, route or app. */

const minute = 60
const hour = 60 * minute

/** AWS counts by the minute. */
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

/** Of the whole API; with a `route` of that alone, which resources/api.yml has counted. */
const api = (MetricName, route = {}) => ({
  Namespace: 'AWS/ApiGateway',
  MetricName,
  dimensions: { ApiId: { Ref: 'HttpApi' }, ...route },
})

/** Those that the functions write into their logs (lib/adapters/metrics.ts): a stage has each once, or once for each app. */
const ownOf =
  service =>
  (MetricName, more = {}) => ({ Namespace: 'queqiao', MetricName, dimensions: { service, ...more } })

module.exports = { minute, hour, queue, lambda, api, ownOf }
