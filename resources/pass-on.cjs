/** Whether pushes are passed on at all: to a bus, a queue, or servers behind us. If not, there is no queue and no function for it. */

const appsOf = require('./apps.cjs')

module.exports = async ({ resolveVariable }) => ({ is: (await isPassedOn(resolveVariable)) ? 'on' : 'off' })

async function isPassedOn(resolveVariable) {
  const [bus, queue, url] = await Promise.all(
    ['param:pushesBus', 'param:pushesQueue', 'param:forwardUrl'].map(resolveVariable),
  )
  if ([bus, queue, url].some(it => it !== 'off')) return true
  const { officials, minis } = await appsOf(resolveVariable)
  return [...officials, ...minis].some(({ forward = [] }) => forward.length > 0)
}

module.exports.isPassedOn = isPassedOn
