/**
 * The functions that push to the queue which triggers them, on purpose: deferred work is requeued as a new message,
 * with its attempts, for up to 13 days. Lambda detects that as a loop by the trace header, and stops invoking after
 * some 16 rounds; so exactly these functions allow it. Our own guards are growing delays, and an end for each message.
 */

const { spelled } = require('./names.cjs')

const functions = ['send', 'link-followers', 'receive-images', 'check-images']

const Conditions = {
  // The Chinese regions have no loop detection, so there is nothing to allow.
  HasRecursiveLoopDetection: { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws'] },
}
const Properties = { RecursiveLoop: { 'Fn::If': ['HasRecursiveLoopDetection', 'Allow', { Ref: 'AWS::NoValue' }] } }

module.exports = async ({ resolveVariable }) => {
  const deployed = await deployedOf(resolveVariable)
  return { Conditions, extensions: Object.fromEntries(deployed.map(name => [logicalOf(name), { Properties }])) }
}

/** Those that this stage has. */
async function deployedOf(resolveVariable) {
  const imageCheck = await resolveVariable('param:imageCheck')
  return functions.filter(it => it !== 'check-images' || imageCheck === 'on')
}

/** The logical id that serverless gives a function. */
const logicalOf = name => `${spelled(name)}LambdaFunction`

module.exports.deployedOf = deployedOf
module.exports.logicalOf = logicalOf
