/** The QR codes of an Official Account (docs/wechat.md 5.4); the tickets are random, so nothing of a scene is in them. */
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

/** A code; one that does not expire has no `until` (seconds). */
export type QrCode = { ticket: string; url: string; scene: string; until: number | undefined }

/** The codes of one account. */
export type QrCodes = ReturnType<typeof createQrCodes>

const mostPermanent = 100_000
/** More than any test makes; the oldest goes. */
const kept = 100_000

/** Creates the codes of an account. */
export function createQrCodes(clock: Clock) {
  const codes = new Map<string, QrCode>()
  const permanent = new Map<string, QrCode>()
  const isOver = ({ until }: QrCode) => until !== undefined && until <= clock.seconds()

  return {
    /** Makes a code that lasts for so many seconds. */
    addTemporary: (scene: string, seconds: number): QrCode => {
      const code = newCode(scene, clock.seconds() + seconds)
      codes.set(code.ticket, code)
      for (const ticket of codes.keys()) {
        if (codes.size <= kept) break
        codes.delete(ticket)
      }
      return code
    },
    /** Makes a code that lasts, the same for the same scene; undefined if there are too many. */
    addPermanent: (scene: string): QrCode | undefined => {
      const known = permanent.get(scene)
      if (known !== undefined || permanent.size >= mostPermanent) return known
      const code = newCode(scene, undefined)
      permanent.set(scene, code)
      return code
    },
    /** The latest codes that can be scanned, the newest first. */
    latest: (limit: number): QrCode[] =>
      [...permanent.values(), ...codes.values()]
        .filter(code => !isOver(code))
        .slice(-limit)
        .reverse(),
    /** The code that has this ticket, url or scene; `expired` if its time is over. */
    find: (how: 'ticket' | 'url' | 'scene', text: string): QrCode | 'expired' | undefined => {
      const found = [...permanent.values(), ...[...codes.values()].reverse()].filter(code => code[how] === text)
      return found.find(code => !isOver(code)) ?? (found.length > 0 ? 'expired' : undefined)
    },
  }
}

function newCode(scene: string, until: number | undefined): QrCode {
  const ticket = `gQ${randomBytes(69).toString('base64')}`
  return { ticket, url: `http://weixin.qq.com/q/02${randomBytes(15).toString('base64url')}`, scene, until }
}
