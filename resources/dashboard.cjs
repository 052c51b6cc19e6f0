/** The CloudWatch dashboard: what became of messages, what waits, and WeChat's limits. */

const appsOf = require('./apps.cjs')
const { parkedQueuesOf } = require('./parked.cjs')
const { isPassedOn } = require('./pass-on.cjs')

const wide = 12
const high = 6

module.exports = async ({ resolveVariable }) => {
  const service = `queqiao-${await resolveVariable('sls:stage')}`
  const isChecked = (await resolveVariable('param:imageCheck')) === 'on'
  const isByTemplate = (await resolveVariable('param:templateMetrics')) === 'on'
  const passesOn = await isPassedOn(resolveVariable)
  const { officials } = await appsOf(resolveVariable)
  const parked = officials.flatMap(parkedQueuesOf).map(it => `events-${it.ending}`)
  const graphs = Object.entries({
    ...graphsOfMessages(service, isByTemplate),
    ...graphsOfQueues(service, { isChecked, passesOn, parked }),
    ...graphsOfWeChat(service),
    ...graphsOfFunctions(service),
  })
  const widgets = graphs.map(([title, metrics], index) => graph(title, metrics, index))
  const DashboardBody = { 'Fn::Sub': JSON.stringify({ widgets }) }
  const Dashboard = { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: service, DashboardBody } }
  return { Resources: { Dashboard } }
}

function graphsOfMessages(service, isByTemplate) {
  const outcome = more =>
    search(`{queqiao,app,outcome,service} MetricName="MessageOutcome" service="${service}"${more}`)
  return {
    'Messages by Official Account and outcome (0: accepted by WeChat)': [outcome('')],
    ...(isByTemplate && {
      'Messages by Official Account, template and outcome': [
        search(`{queqiao,app,outcome,service,templateId} MetricName="TemplateOutcome" service="${service}"`),
      ],
    }),
    'Events for people who cannot be reached': ['not-following', 'no-unionid', 'unknown'].map(it =>
      outcome(` outcome="${it}"`),
    ),
    'Events that began to wait, by cause (operator: somebody must act)': [
      search(`{queqiao,cause,service} MetricName="EventsWaiting" service="${service}"`),
    ],
    'Tries of events that wait for an operator': [
      search(`{queqiao,service} MetricName="OperatorNeeded" service="${service}"`),
    ],
    'Seconds since the push of the oldest deferred event': [
      search(`{queqiao,service} MetricName="EventWaitSeconds" service="${service}"`, 'Maximum'),
    ],
  }
}

/** The check queue exists only if pictures are checked. */
function graphsOfQueues(service, { isChecked, passesOn, parked }) {
  const queue = (name, metric) => ['AWS/SQS', metric, 'QueueName', `${service}-${name}`, { stat: 'Maximum' }]
  const visible = name => queue(name, 'ApproximateNumberOfMessagesVisible')
  const plain = ['events', 'followers', 'receipts', 'arrivals', ...(isChecked ? ['image-checks'] : [])]
  const [fifo, fifoDeadLetters] = passesOn ? [['pass-on.fifo'], ['pass-on-dlq.fifo']] : [[], []]
  const consumed = [...plain, ...fifo]
  const forPeople = ['events-review', ...plain.map(it => `${it}-dlq`), ...fifoDeadLetters]
  return {
    'Messages in the queues': consumed.map(visible),
    'Events on quota hold, by Official Account': parked.map(visible),
    'Dead-lettered and in doubt': forPeople.map(visible),
    // Retried messages are delayed first, and in no other count until then.
    Deferred: consumed.map(it => queue(it, 'ApproximateNumberOfMessagesDelayed')),
    'In work': consumed.map(it => queue(it, 'ApproximateNumberOfMessagesNotVisible')),
    'Seconds that the oldest message waits': consumed.map(it => queue(it, 'ApproximateAgeOfOldestMessage')),
    ...(passesOn && {
      'Pushes that servers behind us did not take': [
        search(`{queqiao,service} MetricName="ForwardFailed" service="${service}"`),
      ],
    }),
    'Seconds since failing messages were first received, by queue': [
      search(`{queqiao,queue,service} MetricName="FailingSeconds" service="${service}"`, 'Maximum'),
    ],
  }
}

function graphsOfWeChat(service) {
  const own = (name, dimensions, stat) =>
    search(`{queqiao,${dimensions}} MetricName="${name}" service="${service}"`, stat)
  return {
    'Quota of template messages left, in percent, by Official Account': [
      own('QuotaLeftPercent', 'app,service', 'Minimum'),
    ],
    'Access tokens renewed and refused, by app': ['TokenRenewed', 'TokenRefused'].map(it => own(it, 'app,service')),
    'Hours since the last complete sync run began, by Official Account': [
      own('SyncAgeHours', 'app,service', 'Maximum'),
    ],
    'Calls to WeChat suspended, or with unknown errcodes, by app': [
      own('BreakerOpened', 'app,service'),
      own('UnknownErrcode', 'api,app,service'),
    ],
  }
}

function graphsOfFunctions(service) {
  const api = name => ['AWS/ApiGateway', name, 'ApiId', `\${HttpApi}`]
  const pushes = ['/callback', '/callback/{app}'].map(it => ['Stage', '$default', 'Method', 'POST', 'Resource', it])
  const functions = (name, stat) => search(`{AWS/Lambda,FunctionName} MetricName="${name}" "${service}-"`, stat)
  return {
    'Passed self-checks': [search(`{queqiao,service} MetricName="SelfCheckPassed" service="${service}"`)],
    'HTTP API': ['Count', '4xx', '5xx'].map(api),
    'Callbacks, and refused callbacks (4xx)': pushes.flatMap(route =>
      ['Count', '4xx'].map(it => [...api(it), ...route]),
    ),
    'Unreadable pushes': [search(`{queqiao,service} MetricName="PushUnreadable" service="${service}"`)],
    'Errors and throttles of the functions': [functions('Errors'), functions('Throttles')],
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
