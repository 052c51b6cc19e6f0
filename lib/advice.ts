/** What somebody at a command does about an error of WeChat's: who must act, and whether trying again helps. */

import type { ErrcodeClass } from './errcode.ts'

const later = 'WeChat takes no more of these calls for now: try again later'
const doctor = './queqiao doctor says what to do'
const inVain = 'trying again does not help'

const advice: Readonly<Record<ErrcodeClass, string>> = {
  ok: '',
  transient: 'try again; if it goes on, ./queqiao doctor says why',
  config: doctor,
  'token-invalid': doctor,
  quota: later,
  'recipient-later': later,
  'permanent-recipient': inVain,
  'permanent-request': inVain,
}

/** Says it in a few words. */
export function adviceFor(kind: ErrcodeClass): string {
  return advice[kind]
}
