/** One page of CloudWatch: what became of messages, what waits, and what WeChat allows. */

const wide = 12
const high = 6

module.exports = async ({ resolveVariable }) => {
  const service = `queqiao-${await resolveVariable('sls:stage')}`
  const graphs = Object.entries({
    ...graphsOfMessages(service),
    ...graphsOfWeChat(service),
    ...graphsOfFunctions(service),
  })
  const widgets = graphs.map(([title, metrics], index) => graph(title, metrics, index))
  const DashboardBody = { 'Fn::Sub': JSON.stringify({ widgets }) }
  const Dashboard = { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: service, DashboardBody } }
  return { Resources: { Dashboard } }
}

function graphsOfMessages(service) {
  const queue = (name, metric) => ['AWS/SQS', metric, 'QueueName', `${service}-${name}`, { stat: 'Maximum' }]
  const waiting = name => queue(name, 'ApproximateNumberOfMessagesVisible')
  const outcome = more =>
    search(`{queqiao,outcome,service,templateId} MetricName="MessageOutcome" service="${service}"${more}`)
  return {
    'Messages by template and outcome (0: WeChat took it)': [outcome('')],
    'Events for people who cannot be reached': ['not-following', 'no-unionid', 'unknown'].map(it =>
      outcome(` outcome="${it}"`),
    ),
    'Events that wait': ['events', 'events-parked', 'events-parked-urgent', 'followers', 'receipts', 'arrivals'].map(
      waiting,
    ),
    'Laid aside for people': ['events-dlq', 'events-review', 'followers-dlq', 'receipts-dlq', 'arrivals-dlq'].map(
      waiting,
    ),
    'Seconds that the oldest event waits': [queue('events', 'ApproximateAgeOfOldestMessage')],
  }
}

function graphsOfWeChat(service) {
  const own = (name, dimensions, stat) =>
    search(`{queqiao,${dimensions}} MetricName="${name}" service="${service}"`, stat)
  return {
    'Quota of template messages left, in percent': [own('QuotaLeftPercent', 'service', 'Minimum')],
    'Access tokens renewed and refused, by app': ['TokenRenewed', 'TokenRefused'].map(it => own(it, 'appid,service')),
    'Hours since the last complete walk through the followers began': [own('SyncAgeHours', 'service', 'Maximum')],
    'Calls to WeChat cut off, or answered strangely': ['BreakerOpened', 'UnknownErrcode'].map(it =>
      own(it, 'api,service'),
    ),
  }
}

function graphsOfFunctions(service) {
  const api = name => ['AWS/ApiGateway', name, 'ApiId', `\${HttpApi}`]
  const functions = (name, stat) => search(`{AWS/Lambda,FunctionName} MetricName="${name}" "${service}-"`, stat)
  return {
    'HTTP API': ['Count', '4xx', '5xx'].map(api),
    'Errors of the functions': [functions('Errors')],
    'Longest run of each function, in ms': [functions('Duration', 'Maximum')],
  }
}

function search(terms, stat = 'Sum') {
  return [{ expression: `SEARCH('${terms}', '${stat}', 300)` }]
}

function graph(title, metrics, index) {
  const place = { width: wide, height: high, x: (index % 2) * wide, y: Math.floor(index / 2) * high }
  const properties = { title, metrics, region: `\${AWS::Region}`, view: 'timeSeries', stat: 'Sum', period: 300 }
  return { type: 'metric', ...place, properties }
}
