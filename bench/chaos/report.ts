/** What a chaos run prints: the demands, and the faults beside them. */

import { renderTable, verdictOf, whole } from '../figures.ts'
import type { Outcome } from './run.ts'

type Row = readonly [what: string, of: (it: Outcome) => number]

/** All of them have to be none. */
const demands: readonly Row[] = [
  ['lost', it => it.lost.length],
  ['twice', it => it.doubled.length],
  ['false states, delivery or bus', it => it.falseStates.length],
  ['in doubt without cause', it => it.inventedDoubt.length],
  ['on a phone, bus not told', it => it.untold.length],
  ['in review without cause, or in doubt and not there', it => it.reviewWrong.length],
  ['poison not among the dead letters', it => it.poisonMissing],
  ['dead letters that are no poison', it => it.notPoison],
]

const figures: readonly Row[] = [
  ['events', it => it.events],
  ['poison among them', it => it.poison],
  ['good ones on a phone once', it => it.once],
  ['rightly dropped', it => it.dropped],
  ['in doubt', it => it.inDoubt],
  ['in doubt, and on a phone', it => it.inDoubtOnPhones],
  ['dead letters, copies too', it => it.deadLetters],
  ['calls of template/send', it => it.sends],
  ['calls of stable_token', it => it.tokenCalls],
  ['hours on the clock', it => Math.round(it.clockHours)],
  ['seconds', it => Math.round(it.seconds)],
]

/** The figures of the run, and of the reference where there is one. */
export function renderOutcome(least: number, ours: Outcome, reference: Outcome | undefined): string {
  const line = ([what, of]: Row, demanded = '', isMet?: boolean) => {
    const figuresOf = [ours, reference].map(it => (it === undefined ? '' : whole(of(it))))
    return [what, demanded, ...figuresOf, verdictOf(isMet)]
  }
  return renderTable([
    ['', 'demanded', 'ours', 'no marks, random ids', ''],
    ...demands.map(it => line(it, '0', it[1](ours) === 0)),
    line(['processes killed', it => it.kills], `≥ ${least}`, ours.kills >= least),
    ...figures.map(it => line(it)),
  ])
}

/** How often each fault struck. */
export function renderFaults(ours: Outcome, reference: Outcome | undefined): string {
  const names = [...ours.faults.keys()].sort()
  const lines = names.map(it => [it, '', told(ours, it), reference === undefined ? '' : told(reference, it)])
  return renderTable([['faults applied', '', 'ours', 'no marks, random ids'], ...lines])
}

/** Tells whether all that is demanded came true. */
export function isAsDemanded(least: number, ours: Outcome): boolean {
  return ours.kills >= least && demands.every(([, of]) => of(ours) === 0)
}

function told({ faults }: Outcome, name: string): string {
  const { struck, of } = faults.get(name) ?? { struck: 0, of: 0 }
  return of === 0 ? whole(struck) : `${whole(struck)} of ${whole(of)} (${Math.round((100 * struck) / of)} %)`
}

/** What is wrong, in words. */
export function problemsIn({ lost, doubled, falseStates, inventedDoubt, untold, reviewWrong }: Outcome): string[] {
  return [...lost, ...doubled, ...falseStates, ...inventedDoubt, ...untold, ...reviewWrong]
}
