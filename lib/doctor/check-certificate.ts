/** How long the certificate of our API's domain is valid. */

import type { DoctorDeps } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts'

const dayMs = 86_400_000
/** ACM renews sixty days ahead: with a month left, something prevents the renewal. */
const lowDays = 30
const hint = 'AWS console → Certificate Manager → the domain: its CNAME record must be in the DNS for it to be renewed'

/** Opens one TLS connection to our own API; costs no call to WeChat. */
export async function checkCertificate({ api, now }: DoctorDeps): Promise<Finding> {
  try {
    const certificate = await api.certificate()
    if (certificate === undefined) return notChecked(`${api.address} is served without TLS`)
    const { host, validUntil, problem } = certificate
    const days = Math.floor((validUntil - now()) / dayMs)
    if (days < 0) return wrong(`the certificate of ${host} has expired`, hint)
    if (problem !== undefined) return wrong(`the certificate of ${host} is refused (${problem})`, hint)
    const words = `the certificate of ${host} is valid for ${days} days`
    return days < lowDays ? warning(words, hint) : ok(words)
  } catch (error) {
    const where = 'DNS must point the domain to the API: AWS console → API Gateway → Custom domain names'
    return wrong(`${api.address} cannot be connected to (${nameOf(error)})`, where)
  }
}
