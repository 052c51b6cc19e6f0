/** The functions that are invoked once for each Official Account, which they are named. */

const appsOf = require('./apps.cjs')
const { spelled } = require('./names.cjs')

const rates = {
  // Once a day a sync run is due (lib/sync/sync-run.ts); every minute an interrupted one resumes.
  'sync-followers': 'rate(1 minute)',
  // 04:40 in China, when the day's sync run is mostly processed.
  'revisit-followers': 'cron(40 20 * * ? *)',
}
/** EventBridge takes no more. Serverless would make a rule and a permission for each, and a template has room for 500 of all. */
const targetsOfRule = 5

/** `events` is for serverless-offline, which knows no rules. */
module.exports = async ({ resolveVariable }) => {
  const [{ officials }, stage] = await Promise.all([appsOf(resolveVariable), resolveVariable('sls:stage')])
  const inputs = officials.map(({ name }) => ({ action: 'tick', app: name }))
  const all = Object.entries(rates)
  const schedules = rate => (stage === 'local' ? inputs.map(input => ({ schedule: { rate, input } })) : [])
  return {
    events: Object.fromEntries(all.map(([name, rate]) => [name, schedules(rate)])),
    resources: { Resources: Object.assign({}, ...all.map(([name, rate]) => rulesOf(name, rate, inputs))) },
  }
}

function rulesOf(name, ScheduleExpression, inputs) {
  const Arn = { 'Fn::GetAtt': [`${spelled(name)}LambdaFunction`, 'Arn'] }
  const made = inPortions(inputs).map((portion, index) => {
    const rule = `${spelled(name)}Schedule${index + 1}`
    const Targets = portion.map(input => ({ Id: input.app, Arn, Input: JSON.stringify(input) }))
    return {
      [rule]: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression, State: 'ENABLED', Targets } },
      [`${rule}Permission`]: permissionOf(rule, Arn),
    }
  })
  return Object.assign({}, ...made)
}

function permissionOf(rule, FunctionName) {
  const SourceArn = { 'Fn::GetAtt': [rule, 'Arn'] }
  const who = { Principal: 'events.amazonaws.com', SourceArn }
  return { Type: 'AWS::Lambda::Permission', Properties: { FunctionName, Action: 'lambda:InvokeFunction', ...who } }
}

function inPortions(inputs) {
  const starts = inputs.flatMap((_, index) => (index % targetsOfRule === 0 ? index : []))
  return starts.map(from => inputs.slice(from, from + targetsOfRule))
}
