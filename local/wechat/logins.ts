/** Login codes of wx.login and the sessions that they open. */
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

const lifeMs = 300_000

type Code = { person: number; sessionKey: string; expiresAt: number; used: boolean }

/** The result of redeeming a code. */
export type CodeOutcome =
  | { kind: 'session'; person: number; sessionKey: string }
  | { kind: 'unknown' }
  | { kind: 'used' }

/** Codes and sessions of the mini program. */
export type Logins = ReturnType<typeof createLogins>

/** Creates the store of codes and sessions. */
export function createLogins(clock: Clock) {
  const codes = new Map<string, Code>()
  const sessions = new Map<number, string>()
  const seenAt = new Map<number, number>()

  function forgetExpired(): void {
    for (const [text, code] of codes) {
      // Codes are in order of creation, so the first live one ends the search.
      if (code.expiresAt > clock.now()) return
      codes.delete(text)
    }
  }

  return {
    /** What wx.login returns on the phone. Creates a new session_key, which invalidates older ones. */
    start: (person: number): string => {
      forgetExpired()
      const sessionKey = randomBytes(16).toString('base64')
      const text = randomBytes(16).toString('hex')
      codes.set(text, { person, sessionKey, expiresAt: clock.now() + lifeMs, used: false })
      sessions.set(person, sessionKey)
      seenAt.set(person, clock.now())
      return text
    },
    /** Who would log in with this code; does not use it up. */
    personOf: (text: string) => codes.get(text)?.person,
    redeem: (text: string): CodeOutcome => {
      const code = codes.get(text)
      if (code === undefined || code.expiresAt <= clock.now()) return { kind: 'unknown' }
      if (code.used) return { kind: 'used' }
      code.used = true
      return { kind: 'session', person: code.person, sessionKey: code.sessionKey }
    },
    sessionKeyOf: (person: number) => sessions.get(person),
    /** When the person last opened the mini program and logged in, in ms. */
    seenAt: (person: number) => seenAt.get(person),
  }
}
