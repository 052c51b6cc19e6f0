/** By which Official Account an event goes out: its own, or of any the first that reaches the person. */

import { type FoundPerson, personIn } from '../followers/link.ts'
import type { Knowledge } from './interrupted-sends.ts'
import { type Deferral, deferFor } from './outcome.ts'
import type { Candidate, Loaded, Parsed } from './stages.ts'
import { secondsLeft } from './uncertainty.ts'

type Known = {
  readonly found: FoundPerson | undefined
  readonly known: Knowledge | undefined
  /** The present instant (ms). */
  readonly now: number
}

/** An event with its account, and its person as that account sees them. */
type Chosen = Parsed & Pick<Loaded, 'person' | 'deferral'>

/**
 * Chooses the account. One that may have sent the event already stays: by another a repeat would be a second message. Nobody
 * is known to follow any of them: then it is the first, as if it were named.
 */
export function choose(event: Parsed, { found, known, now }: Known): Chosen {
  const { account, message, lane, others, kind } = event
  if (message === undefined) return { ...event, person: undefined, deferral: undefined }
  const own = [{ account, message, lane }, ...others]
  const personOf = (it: Candidate) => personIn(found, it.account.app.appid)
  const isReached = (it: Candidate) => {
    const person = personOf(it)
    return person !== undefined && 'openid' in kind.recipientOf(person)
  }
  const by = known?.by
  const chosen = own.find(it => (by === undefined ? isReached(it) : it.account.app.appid === by)) ?? {
    account,
    message,
    lane,
  }
  const isOfAnother = by !== undefined && chosen.account.app.appid !== by
  return {
    ...event,
    ...chosen,
    person: personOf(chosen),
    deferral: isOfAnother ? whileOpen(known, event, now) : undefined,
  }
}

const minuteSeconds = 60

/** A copy with this id went out by an account that this one does not name; after that account's window people decide. */
function whileOpen(known: Knowledge | undefined, { kind }: Parsed, now: number): Deferral | undefined {
  const isOver = known?.uncertainty !== undefined && secondsLeft(known.uncertainty, now, kind.windowMs) < 0
  if (isOver) return undefined
  const deferral = deferFor({ cause: 'ourselves', why: 'another account may have sent it' })
  return { ...deferral, leastSeconds: minuteSeconds }
}
