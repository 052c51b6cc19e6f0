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
  const consumed = ['events', 'followers', 'receipts', 'arrivals']
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
    'Events that began to wait, by cause (operator: somebody must act)': [
      search(`{queqiao,cause,service} MetricName="EventsWaiting" service="${service}"`),
    ],
    'Seconds since the push of the oldest event that was put off': [
      search(`{queqiao,service} MetricName="EventWaitSeconds" service="${service}"`, 'Maximum'),
    ],
    // What could not be done comes again later: until then it is in no other count.
    'Put off, to come again later': consumed.map(it => queue(it, 'ApproximateNumberOfMessagesDelayed')),
    'In work': consumed.map(it => queue(it, 'ApproximateNumberOfMessagesNotVisible')),
    'Seconds that the oldest message waits': consumed.map(it => queue(it, 'ApproximateAgeOfOldestMessage')),
  }
}

function graphsOfWeChat(service) {
  const own = (name, dimensions, stat) =>
    search(`{queqiao,${dimensions}} MetricName="${name}" service="${service}"`, stat)
  return {
    'Quota of template messages left, in percent': [own('QuotaLeftPercent', 'service', 'Minimum')],
    'Access tokens renewed and refused, by app': ['TokenRenewed', 'TokenRefused'].map(it => own(it, 'appid,service')),
    'Hours since the last complete walk through the followers began': [own('SyncAgeHours', 'service', 'Maximum')],
    'Calls to WeChat cut off, or answered strangely': [
      own('BreakerOpened', 'service'),
      own('UnknownErrcode', 'api,service'),
    ],
  }
}

function graphsOfFunctions(service) {
  const api = name => ['AWS/ApiGateway', name, 'ApiId', `\${HttpApi}`]
  const functions = (name, stat) => search(`{AWS/Lambda,FunctionName} MetricName="${name}" "${service}-"`, stat)
  return {
    'Self-checks that were passed': [search(`{queqiao,service} MetricName="SelfCheckPassed" service="${service}"`)],
    'HTTP API': ['Count', '4xx', '5xx'].map(api),
    'Errors of the functions, and calls that the account’s limit turned away': [
      functions('Errors'),
      functions('Throttles'),
    ],
    'Longest run of each function, in ms': [functions('Duration', 'Maximum')],
    'The slowest hundredth of callbacks and logins, in ms': ['callback', 'login'].map(it => [
      ...['AWS/Lambda', 'Duration', 'FunctionName', `${service}-${it}`],
      { stat: 'p99' },
    ]),
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
