/** Refusals by WeChat, and exhausted quotas: our own metrics, most of them of one app. */

const { minute, hour } = require('./metrics.cjs')

/** Of each app. */
const refusals = ({ kind, name, own }) => ({
  CallsCutOff: {
    says: `Calls to WeChat by ${name} are suspended, because they cannot succeed: the logs say why (breaker.opened)`,
    ...own('BreakerOpened'),
    above: 0,
  },
  TokenRefused: {
    says: `WeChat refuses fresh access tokens of ${name}: another system fetches tokens for this ${kinds[kind]}`,
    ...own('TokenRefused'),
    above: 0,
  },
  AddressNotAllowed: {
    says: `40164: the egress address is not on the API IP allow-list (IP白名单) of the ${kinds[kind]} ${name}`,
    ...own('AddressNotAllowed'),
    above: 0,
  },
})
const kinds = { official: 'Official Account', mini: 'mini program' }

/** Of each Official Account. */
const quotas = ({ name, own }) => ({
  QuotaUsedUp: {
    says: `The day’s quota of ${name} is used up: events are on hold until it is reset; ./queqiao quota --app ${name} shows it`,
    ...own('QuotaUsedUp'),
    above: 0,
  },
  QuotaLow: {
    says: `Less than a tenth of the day’s quota of template messages of ${name} is left`,
    ...own('QuotaLeftPercent'),
    Statistic: 'Minimum',
    below: 10,
    Period: 10 * minute,
  },
  SyncRefused: {
    says: `Today’s quota is not enough for a sync run of the followers of ${name}`,
    ...own('SyncRefused'),
    above: 0,
  },
  SyncOverdue: {
    says: `No sync run of the followers of ${name} was completed in 26 hours`,
    ...own('SyncCompleted'),
    below: 1,
    Period: hour,
    EvaluationPeriods: 26,
    TreatMissingData: 'breaching',
  },
})

/** Of the stage, whichever account an event is from. */
const sending = ({ own }) => ({
  // Counted from the first try on, and at each.
  OperatorNeeded: {
    says: 'Events wait for an operator to fix a secret, an address or an account; ./queqiao doctor says which',
    ...own('OperatorNeeded'),
    above: 0,
  },
  // An event that waited long for an operator, a send slot or quota may fail once more for a moment: that is not late.
  // Retries are up to 300 s apart.
  EventsLate: {
    says: 'An event pushed over ten minutes ago still waits: GET /deliveries/{id} and the log of send say why',
    ...own('EventWaitSeconds'),
    Statistic: 'Maximum',
    above: 10 * minute,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
  },
  EventsOverdue: { says: 'An event pushed over three days ago has not been sent', ...own('EventOverdue'), above: 0 },
  SendInterrupted: {
    says: 'send ended while sending: the messages are sent again, which is harmless within WeChat’s ten minutes; its log says why',
    ...own('SendInterrupted'),
    above: 0,
  },
})

/** Alarms on the metrics of an app; their names end with its name. */
const ofApp =
  (own, alarms) =>
  ({ kind, name }) => {
    const made = alarms({ kind, name, own: metric => own(metric, { app: name }) })
    return Object.entries(made).map(([alarm, how]) => [`${alarm}-${name}`, how])
  }

module.exports = ({ own, apps: { officials, minis } }) => ({
  ...Object.fromEntries([...officials, ...minis].flatMap(ofApp(own, refusals))),
  ...Object.fromEntries(officials.flatMap(ofApp(own, quotas))),
  ...sending({ own }),
})
