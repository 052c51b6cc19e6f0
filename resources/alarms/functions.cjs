/** Functions that fail, are throttled or slow, and the HTTP API in front of them. */

const { api, lambda, minute } = require('./metrics.cjs')
const { logicalOf } = require('../recursive-loops.cjs')

const consumers = {
  send: 'Send',
  'link-followers': 'LinkFollowers',
  receipts: 'Receipts',
  'receive-images': 'ReceiveImages',
  'check-images': 'CheckImages',
  'pass-on': 'PassOn',
}
const pushesTo = Resource => ({ ...api('4xx', { Stage: '$default', Method: 'POST', Resource }), above: 3 })
const refused =
  'More than three callbacks in five minutes are refused (4xx), twice within half an hour: 429 by CALLBACK_RATE, 401 and 403 because Token, key or mode differ from the console, or because a stranger keeps calling; the log of callback says which'

/** A consumer retries single messages; only this shows that it fails as a whole, or is not called at all. */
const alarmsOf = ([name, short]) => ({
  [`${short}Fails`]: {
    says: `${name} failed or timed out: its log says why; its messages are retried`,
    ...lambda(logicalOf(name), 'Errors'),
    above: 0,
  },
  [`${short}Throttled`]: {
    says: `${name} was throttled: the account’s concurrency limit is reached; ./queqiao doctor shows the limit`,
    ...lambda(logicalOf(name), 'Throttles'),
    above: 0,
    EvaluationPeriods: 3,
  },
})

/** Counted only where Lambda stops loops: then requeued messages are blocked until they are dead-lettered. */
const loopAlarm = name => ({
  says: `Lambda takes the messages that ${name} requeues for an endless loop, and blocks them: set its recursive loop detection to Allow`,
  ...lambda(logicalOf(name), 'RecursiveInvocationsDropped'),
  above: 0,
})

const others = {
  CallbackFails: {
    says: 'The callback failed or timed out: WeChat sends an event three times and then drops it',
    ...lambda('CallbackLambdaFunction', 'Errors'),
    above: 0,
  },
  CallbackThrottled: {
    says: 'The callback was throttled: the account’s concurrency limit is reached; ./queqiao doctor shows the limit',
    ...lambda('CallbackLambdaFunction', 'Throttles'),
    above: 0,
  },
  // WeChat gives up after five seconds (docs/wechat.md 9.5), including a second for a cold start.
  CallbackSlow: {
    says: 'One callback in a hundred takes over 2.5 s, by itself or for a server behind us: WeChat waits for 5 s, and drops an event after three tries',
    ...lambda('CallbackLambdaFunction', 'Duration'),
    ExtendedStatistic: 'p99',
    above: 2500,
    EvaluationPeriods: 2,
  },
  // One refused event is sent three times. Anybody can POST here, so a single try by a stranger is no alarm.
  CallbackRefused: { says: refused, ...pushesTo('/callback'), EvaluationPeriods: 6, DatapointsToAlarm: 2 },
  // For all apps but the default Official Account.
  AppCallbackRefused: { says: refused, ...pushesTo('/callback/{app}'), EvaluationPeriods: 6, DatapointsToAlarm: 2 },
  LoginSlow: {
    says: 'One login in a hundred takes over 5 s, for 15 minutes: the log of login shows whether WeChat is slow',
    ...lambda('LoginLambdaFunction', 'Duration'),
    ExtendedStatistic: 'p99',
    above: 5000,
    EvaluationPeriods: 3,
  },
  ApiFails: {
    says: 'The HTTP API answered with 5xx more than once: the logs say why (http.failed)',
    ...api('5xx'),
    above: 1,
  },
  // Expired sessions are refused every day; this is more than one request a second, for a quarter of an hour.
  ApiRefuses: {
    says: 'The HTTP API refuses more than a request a second (4xx): API_RATE (429), expired sessions (401), or somebody who guesses',
    ...api('4xx'),
    above: 300,
    EvaluationPeriods: 3,
  },
  TokensNotRenewed: {
    says: 'refresh-tokens fails: access tokens expire within the hour',
    ...lambda('RefreshDashtokensLambdaFunction', 'Errors'),
    above: 2,
  },
  ResumeFails: {
    says: 'resume-events fails: events stay on quota hold',
    ...lambda('ResumeDasheventsLambdaFunction', 'Errors'),
    above: 2,
  },
  SyncFails: {
    says: 'sync-followers fails',
    ...lambda('SyncDashfollowersLambdaFunction', 'Errors'),
    above: 2,
  },
}

/** Two intervals without a passed check: it fails, is not called, or ends early. */
const selfCheckAlarm = ({ own, selfCheck }) => ({
  SelfCheckFails: {
    says: 'The stage’s self-check fails or does not run: the log of self-check names the failed checks; ./queqiao doctor says what to do, docs/deploy.md how to roll back a bad deployment',
    ...own('SelfCheckPassed'),
    below: 1,
    Period: Number(selfCheck) * minute,
    EvaluationPeriods: 2,
    TreatMissingData: 'breaching',
  },
})

module.exports = ({ imageCheck, passesOn, looping, own, selfCheck }) => {
  const missing = [...(imageCheck === 'on' ? [] : ['check-images']), ...(passesOn ? [] : ['pass-on'])]
  const deployed = Object.entries(consumers).filter(([name]) => !missing.includes(name))
  const loops = looping.map(it => [`${logicalOf(it)}Loops`, loopAlarm(it)])
  const looks = selfCheck === 'off' ? {} : selfCheckAlarm({ own, selfCheck })
  return { ...Object.assign({}, ...deployed.map(alarmsOf)), ...others, ...looks, ...Object.fromEntries(loops) }
}
