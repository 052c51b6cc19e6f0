/** The checks of calls that carry an AppSecret: credentials, then allow-list, then quota. */
import type { App } from '../app.ts'
import type { Box } from '../box.ts'
import type { Call, Refusal } from './endpoint.ts'

/** The credentials in a request. */
type Credentials = { appid: string; secret: string; grantType?: string; expected?: string }

/** Finds what is wrong with the credentials, before anything is counted. */
function refuseCredentials(box: Box, said: Credentials): Refusal | undefined {
  if (said.appid === '') return { errcode: 41002 }
  if (said.secret === '') return { errcode: 41004 }
  const app = box.apps.byAppid(said.appid)
  if (app === undefined) return { errcode: 40013 }
  if (said.expected !== undefined && said.grantType !== said.expected) return { errcode: 40002 }
  return app.appsecret === said.secret ? undefined : { errcode: 40125 }
}

/** The refusal of an address that is not on the allow-list; it names the address for the operator. */
export function refuseAddress(address: string): Refusal {
  return { errcode: 40164, errmsg: `invalid ip ${address} ipv6 ${asIpv6(address)}, not in whitelist` }
}

/** Content security has a code of its own for its minute limit. */
const minuteErrcode = (path: string) => (path === '/wxa/media_check_async' ? 44991 : 45011)

/** Counts the call against the app's limits. */
export function refuseOverQuota(call: Call, app: App): Refusal | undefined {
  const spent = call.box.quota.spend(app.name, call.path)
  if (spent === 'minute') return { errcode: minuteErrcode(call.path) }
  // The gateway refuses here, and its suffix has the form without comma on /sns as well.
  return spent === 'day' ? { errcode: 45009, suffix: 'rid' } : undefined
}

/** All checks in order; returns the app if the call may proceed. */
export function admit(call: Call, said: Credentials): App | Refusal {
  const refused = refuseCredentials(call.box, said)
  const app = call.box.apps.byAppid(said.appid)
  if (refused !== undefined || app === undefined) return refused ?? { errcode: 40013 }
  if (!app.allowList.admits(call.address)) return refuseAddress(call.address)
  return refuseOverQuota(call, app) ?? app
}

function asIpv6(address: string): string {
  return address.includes(':') ? address : `::ffff:${address}`
}
