/** Functions that fail, are not called or are slow, and the HTTP API in front of them. */

const { api, lambda, minute } = require('./metrics.cjs')
const { logicalOf } = require('../recursive-loops.cjs')

const consumers = {
  send: 'Send',
  'link-followers': 'LinkFollowers',
  receipts: 'Receipts',
  'receive-images': 'ReceiveImages',
  'check-images': 'CheckImages',
}
const pushesTo = Resource => ({ ...api('4xx', { Stage: '$default', Method: 'POST', Resource }), above: 3 })
const refused =
  'Pushes are refused (4xx), twice within half an hour more than three in five minutes: 429 by CALLBACK_RATE, 401 and 403 by another Token, key or mode than the console has, or because a stranger calls again and again; the log of callback tells which'

/** What a consumer cannot do comes again; that it fails as a whole, or is not called at all, shows only here. */
const alarmsOf = ([name, short]) => ({
  [`${short}Fails`]: {
    says: `${name} ended with an error or ran out of time: its log tells why; what it had comes again`,
    ...lambda(logicalOf(name), 'Errors'),
    above: 0,
  },
  [`${short}Throttled`]: {
    says: `${name} was not called, for the account runs as many functions at once as it may: ./queqiao doctor tells the limit`,
    ...lambda(logicalOf(name), 'Throttles'),
    above: 0,
    EvaluationPeriods: 3,
  },
})

/** Lambda counts it only where it stops loops: then what these functions put off is blocked until it is a dead letter. */
const loopAlarm = name => ({
  says: `Lambda took what ${name} puts off for an endless loop and blocks it: its recursive loop detection must be Allow`,
  ...lambda(logicalOf(name), 'RecursiveInvocationsDropped'),
  above: 0,
})

const others = {
  CallbackFails: {
    says: 'The callback ended with an error or ran out of time: WeChat repeats an event thrice and then drops it',
    ...lambda('CallbackLambdaFunction', 'Errors'),
    above: 0,
  },
  CallbackThrottled: {
    says: 'The callback was not called, for the account runs as many functions at once as it may: ./queqiao doctor tells the limit',
    ...lambda('CallbackLambdaFunction', 'Throttles'),
    above: 0,
  },
  // WeChat gives up after five seconds (docs/wechat.md 9.5), a cold start's second among them.
  CallbackSlow: {
    says: 'One callback of a hundred takes over 2.5 s: WeChat waits for 5 s, and drops an event after three tries',
    ...lambda('CallbackLambdaFunction', 'Duration'),
    ExtendedStatistic: 'p99',
    above: 2500,
    EvaluationPeriods: 2,
  },
  // One event that is refused comes three times. Anybody can POST here: who tries it once is no alarm.
  CallbackRefused: { says: refused, ...pushesTo('/callback'), EvaluationPeriods: 6, DatapointsToAlarm: 2 },
  // Those of all apps but the default Official Account, whose URLs name them.
  AppCallbackRefused: { says: refused, ...pushesTo('/callback/{app}'), EvaluationPeriods: 6, DatapointsToAlarm: 2 },
  LoginSlow: {
    says: 'One login of a hundred takes over 5 s, for three times five minutes: the log of login tells whether WeChat is slow',
    ...lambda('LoginLambdaFunction', 'Duration'),
    ExtendedStatistic: 'p99',
    above: 5000,
    EvaluationPeriods: 3,
  },
  ApiFails: {
    says: 'The HTTP API answered with 5xx more than once: the logs tell why (http.failed)',
    ...api('5xx'),
    above: 1,
  },
  // Sessions that have ended are refused every day; this is more than one request a second, for a quarter of an hour.
  ApiRefuses: {
    says: 'The HTTP API refuses more than a request a second (4xx): API_RATE (429), ended sessions (401), or somebody who tries',
    ...api('4xx'),
    above: 300,
    EvaluationPeriods: 3,
  },
  TokensNotRenewed: {
    says: 'refresh-tokens fails: access tokens end within the hour',
    ...lambda('RefreshDashtokensLambdaFunction', 'Errors'),
    above: 2,
  },
  ResumeFails: {
    says: 'resume-events fails: what waits for quota stays there',
    ...lambda('ResumeDasheventsLambdaFunction', 'Errors'),
    above: 2,
  },
  SyncFails: {
    says: 'sync-followers fails',
    ...lambda('SyncDashfollowersLambdaFunction', 'Errors'),
    above: 2,
  },
}

/** Two turns without a good one: it fails, is not called, or ends before it has looked. */
const selfCheckAlarm = ({ own, selfCheck }) => ({
  SelfCheckFails: {
    says: 'The stage is not well by its own look, or did not look: the log of self-check names the checks; ./queqiao doctor tells the hint, docs/deploy.md how a bad deployment is rolled back',
    ...own('SelfCheckPassed'),
    below: 1,
    Period: Number(selfCheck) * minute,
    EvaluationPeriods: 2,
    TreatMissingData: 'breaching',
  },
})

module.exports = ({ imageCheck, looping, own, selfCheck }) => {
  const deployed = Object.entries(consumers).filter(([name]) => name !== 'check-images' || imageCheck === 'on')
  const loops = looping.map(it => [`${logicalOf(it)}Loops`, loopAlarm(it)])
  const looks = selfCheck === 'off' ? {} : selfCheckAlarm({ own, selfCheck })
  return { ...Object.assign({}, ...deployed.map(alarmsOf)), ...others, ...looks, ...Object.fromEntries(loops) }
}
