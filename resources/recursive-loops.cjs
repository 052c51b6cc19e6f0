/**
 * The functions that push back into the queue which triggers them, on purpose: what cannot be done yet comes again as a
 * new message, with its attempts, up to 13 days. Lambda takes that for a loop, follows each message by its trace header,
 * and after some 16 rounds invokes no function with it any more; so exactly these functions allow it. Their guards are
 * ours: delays that grow, and an end for each message.
 */

const { spelled } = require('./names.cjs')

const functions = ['send', 'link-followers', 'receive-images', 'check-images']

const Conditions = {
  // Lambda knows no such detection in the Chinese regions, so there is nothing to allow there.
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

/** As serverless names the resource of a function. */
const logicalOf = name => `${spelled(name)}LambdaFunction`

module.exports.deployedOf = deployedOf
module.exports.logicalOf = logicalOf
