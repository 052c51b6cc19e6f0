/** Refusals by WeChat, and exhausted quotas: our own metrics. */

const { minute, hour } = require('./metrics.cjs')

const refusals = ({ own, officialAppid, miniAppid }) => ({
  CallsCutOff: {
    says: 'Calls to WeChat are suspended, because they cannot succeed: the logs say why (breaker.opened)',
    ...own('BreakerOpened'),
    above: 0,
  },
  OfficialTokenRefused: {
    says: 'WeChat refuses fresh access tokens of the Official Account: another system fetches tokens for this appid',
    ...own('TokenRefused', { appid: officialAppid }),
    above: 0,
  },
  MiniTokenRefused: {
    says: 'WeChat refuses fresh access tokens of the mini program: another system fetches tokens for this appid',
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
  QuotaUsedUp: {
    says: 'The day’s quota is used up: events are on hold until it is reset; ./queqiao quota shows it',
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

const syncRuns = ({ own }) => ({
  SyncRefused: { says: 'Today’s quota is not enough for a sync run of the followers', ...own('SyncRefused'), above: 0 },
  SyncOverdue: {
    says: 'No sync run of the followers was completed in 26 hours',
    ...own('SyncCompleted'),
    below: 1,
    Period: hour,
    EvaluationPeriods: 26,
    TreatMissingData: 'breaching',
  },
})

module.exports = apps => ({ ...refusals(apps), ...sending(apps), ...syncRuns(apps) })
