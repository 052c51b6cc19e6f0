/** Whether a server behind us answers the handshake that WeChat's console makes when a URL is saved. */

import type { App } from '../apps.ts'
import { ForwardError } from '../callback/ports.ts'
import type { DoctorServer } from './deps.ts'
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts'

/** WeChat sends a number of 19 digits; any will do. */
const echostr = '5202611220310000101'

/** Asks it as WeChat would; a server that takes pushes alone need not answer, so a wrong answer is a warning. */
export async function checkServer({ name, handshake }: DoctorServer, app: App): Promise<Finding> {
  try {
    const answer = await handshake(echostr)
    if (answer === undefined)
      return notChecked(`there is no Token to sign a handshake for ${name} with (see the secrets)`)
    if (answer.trim() === echostr) return ok(`${name} answers the handshake`)
    return warning(`${name} answers the handshake with something other than its echostr`, hintFor(app))
  } catch (error) {
    if (!(error instanceof ForwardError)) throw error
    if (error.why === 'status' && !isItsFault(error))
      return warning(`${name} answers the handshake with HTTP ${error.status}`, hintFor(app))
    const hint =
      error.why === 'address'
        ? 'FORWARD_NETWORK does not allow its address'
        : 'look at that server, and at the way to it'
    return wrong(
      `${name}, a server behind us, does not answer (${error.message}): its pushes get what replies.json has, or success`,
      hint,
    )
  }
}

function isItsFault({ status = 0 }: ForwardError): boolean {
  return status >= 500
}

function hintFor({ name }: App): string {
  return `it should know the Token of its own, or else that of the callback of ${name}; one that takes POST alone need not answer`
}
