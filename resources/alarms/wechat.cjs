/** What WeChat refuses, and what its quota is too small for: metrics of our own. */

const { minute, hour } = require('./metrics.cjs')

const refusals = ({ own, officialAppid, miniAppid }) => ({
  CallsCutOff: {
    says: 'Calls to WeChat are not made for a while, for they cannot succeed: the logs tell why (breaker.opened)',
    ...own('BreakerOpened'),
    above: 0,
  },
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
  QuotaUsedUp: {
    says: 'The day’s quota is used up: events wait until there is some again; ./queqiao quota shows it',
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

const syncing = ({ own }) => ({
  SyncRefused: { says: 'Today’s quota is too small for a sync run of the followers', ...own('SyncRefused'), above: 0 },
  SyncOverdue: {
    says: 'No sync run of the followers was completed in 26 hours',
    ...own('SyncCompleted'),
    below: 1,
    Period: hour,
    EvaluationPeriods: 26,
    TreatMissingData: 'breaching',
  },
})

module.exports = apps => ({ ...refusals(apps), ...sending(apps), ...syncing(apps) })
