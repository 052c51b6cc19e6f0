/** Whether our clock agrees with WeChat's: the callback refuses signatures that are more than 300 s off. */

import { isLocal } from './commands.ts'
import type { DoctorDeps, Sighting } from './deps.ts'
import type { Facts } from './facts.ts'
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts'

const warnSeconds = 30
const refuseSeconds = 300
const onAws = 'set this machine’s clock by NTP; on Lambda the clock is AWS’s own, so that of WECHAT_API_URL is wrong'
const onThisMachine = 'set this machine’s clock by NTP'
const ofBox = 'the clock of WeChat in a box was moved: POST /_box/clock sets it (local/wechat/README.md)'

/** Uses the Date header of the token calls; makes no call of its own. */
export async function checkClock(deps: DoctorDeps, facts: Facts): Promise<Finding> {
  await Promise.allSettled([...facts.officials, ...facts.minis].map(it => it.token()))
  const [best] = [...deps.sightings()].sort((one, other) => roundTrip(one) - roundTrip(other))
  if (best === undefined) return notChecked('WeChat has given no answer with a date (see the credentials)')
  const seconds = Math.round(aheadMs(best) / 1000)
  const off = Math.abs(seconds)
  const words = `our clock is ${off} s ${seconds < 0 ? 'behind' : 'ahead of'} WeChat’s`
  const hint = hintFor(deps)
  if (off > refuseSeconds) return wrong(`${words}: callbacks are refused`, hint)
  return off > warnSeconds ? warning(words, hint) : ok(`our clock is within ${off + 1} s of WeChat’s`)
}

function hintFor(deps: DoctorDeps): string {
  if (deps.isBox) return ofBox
  return isLocal(deps) ? onThisMachine : onAws
}

function roundTrip({ before, after }: Sighting): number {
  return after - before
}

/** The header has whole seconds, so on average the true time is half a second later. */
function aheadMs({ at, before, after }: Sighting): number {
  return (before + after) / 2 - (at * 1000 + 500)
}
