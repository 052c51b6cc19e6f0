/** What a verb is run with in this process: a clock that only its sleep moves, and a screen that keeps what it is told. */

import { onTestFinished } from 'vitest'

import type { Closing } from '../../local/closing.ts'
import type { Place } from '../../local/stage/place.ts'
import type { Session } from '../../tools/command/session.ts'

/** Closes with the test. */
export const untilEnd: Pick<Closing, 'add'> = { add: close => onTestFinished(async () => void (await close())) }

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** A stage whose services all answer there. */
export function placeAt(endpoint: string, stage = 'local', region = 'us-east-1'): Place {
  return { stage, region, endpoint, credentials }
}

/** Opens a session; `isLeft` tells whether nobody wants to watch any more, `pause` looks. */
export function openSession(now: number, isLeft: (now: number) => boolean = () => false) {
  const [lines, data]: [string[], object[]] = [[], []]
  const clock = { now }
  const leaving = new AbortController()
  const note = (text: string) => void lines.push(text)
  const pause = () => {
    if (isLeft(clock.now)) leaving.abort()
    leaving.signal.throwIfAborted()
  }
  const session: Session = {
    env: {},
    screen: { line: note, problem: note, progress: note, json: it => void data.push(it) },
    now: () => clock.now,
    async sleep(ms) {
      pause()
      clock.now += ms
    },
    signal: leaving.signal,
  }
  return { session, clock, leaving, pause, data, text: () => lines.join('\n') }
}
