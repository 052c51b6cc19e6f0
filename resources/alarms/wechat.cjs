/** What WeChat refuses, and what its quota does not do for: metrics of our own, most of them an app's. */

const { minute, hour } = require('./metrics.cjs')

/** Of each app. */
const refusals = ({ kind, name, own }) => ({
  CallsCutOff: {
    says: `Calls to WeChat are not made for ${name} for a while, for they cannot succeed: the logs tell why (breaker.opened)`,
    ...own('BreakerOpened'),
    above: 0,
  },
  TokenRefused: {
    says: `WeChat refuses fresh access tokens of ${name}: another system gets tokens for this ${kinds[kind]}`,
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
    says: `The day’s quota of ${name} is used up: events wait until there is some again; ./queqiao quota --app ${name} shows it`,
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
    says: `Today’s quota does not do for a walk through the followers of ${name}`,
    ...own('SyncRefused'),
    above: 0,
  },
  SyncOverdue: {
    says: `No walk through the followers of ${name} was completed in 26 hours`,
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
    says: 'Events wait for what somebody must mend: a secret, an address, an account; ./queqiao doctor tells what',
    ...own('OperatorNeeded'),
    above: 0,
  },
  // Whoever waited long for a person, a slot or quota may meet a failure of a moment: that is not late. Tries lie up to 300 s
  // apart.
  EventsLate: {
    says: 'An event was pushed over ten minutes ago and waits still: GET /deliveries/{id} and the log of send tell for what',
    ...own('EventWaitSeconds'),
    Statistic: 'Maximum',
    above: 10 * minute,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
  },
  EventsOverdue: { says: 'An event is on its way for over three days', ...own('EventOverdue'), above: 0 },
  SendInterrupted: {
    says: 'send ended while messages were on their way: they are sent again, within WeChat’s ten minutes to no harm; its log tells why',
    ...own('SendInterrupted'),
    above: 0,
  },
})

/** By the app's name at their end, whose metrics they watch. */
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
