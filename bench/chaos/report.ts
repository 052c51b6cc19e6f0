/** What a chaos run prints: the demands, and the faults beside them. */

import { renderTable, verdictOf } from '../figures.ts'
import type { Outcome } from './run.ts'

type Row = {
  readonly what: string
  readonly demanded: string
  readonly of: (it: Outcome) => number
  readonly least?: number
}

const rows: readonly Row[] = [
  { what: 'lost', demanded: '0', of: it => it.lost.length },
  { what: 'twice', demanded: '0', of: it => it.doubled.length },
  { what: 'false states, delivery or bus', demanded: '0', of: it => it.falseStates.length },
  { what: 'in doubt without cause', demanded: '0', of: it => it.inventedDoubt.length },
  { what: 'on a phone, bus not told', demanded: '0', of: it => it.untold.length },
  { what: 'in review without cause, or in doubt and not there', demanded: '0', of: it => it.reviewWrong.length },
  { what: 'poison not among the dead letters', demanded: '0', of: it => it.poisonMissing },
  { what: 'dead letters that are no poison', demanded: '0', of: it => it.notPoison },
]

const figures: readonly Row[] = [
  { what: 'events', demanded: '', of: it => it.events },
  { what: 'poison among them', demanded: '', of: it => it.poison },
  { what: 'good ones on a phone once', demanded: '', of: it => it.once },
  { what: 'rightly dropped', demanded: '', of: it => it.dropped },
  { what: 'in doubt', demanded: '', of: it => it.inDoubt },
  { what: 'in doubt, and on a phone', demanded: '', of: it => it.inDoubtOnPhones },
  { what: 'dead letters, copies too', demanded: '', of: it => it.deadLetters },
  { what: 'calls of template/send', demanded: '', of: it => it.sends },
  { what: 'calls of stable_token', demanded: '', of: it => it.tokenCalls },
  { what: 'hours on the clock', demanded: '', of: it => Math.round(it.clockHours) },
  { what: 'seconds', demanded: '', of: it => Math.round(it.seconds) },
]

/** The figures of the run, and of the reference where there is one. */
export function renderOutcome(least: number, ours: Outcome, reference: Outcome | undefined): string {
  const line = ({ what, demanded, of }: Row) => [
    what,
    demanded,
    whole(of(ours)),
    reference === undefined ? '' : whole(of(reference)),
    verdictOf(demanded === '' ? undefined : of(ours) === 0),
  ]
  const kills = [whole(ours.kills), reference === undefined ? '' : whole(reference.kills)]
  const killed = ['processes killed', `≥ ${least}`, ...kills, verdictOf(ours.kills >= least)]
  const head = ['', 'demanded', 'ours', 'no marks, random ids', '']
  return renderTable([head, ...rows.map(line), killed, ...figures.map(line)])
}

/** How often each fault struck. */
export function renderFaults(ours: Outcome, reference: Outcome | undefined): string {
  const names = [...ours.faults.keys()].sort()
  const lines = names.map(it => [it, '', told(ours, it), reference === undefined ? '' : told(reference, it)])
  return renderTable([['faults applied', '', 'ours', 'no marks, random ids'], ...lines])
}

/** Tells whether all that is demanded came true. */
export function isAsDemanded(least: number, ours: Outcome): boolean {
  return ours.kills >= least && rows.every(it => it.of(ours) === 0)
}

function told({ faults }: Outcome, name: string): string {
  const { struck, of } = faults.get(name) ?? { struck: 0, of: 0 }
  return of === 0 ? whole(struck) : `${whole(struck)} of ${whole(of)} (${Math.round((100 * struck) / of)} %)`
}

function whole(count: number): string {
  return count.toLocaleString('en')
}

/** What is wrong, in words. */
export function problemsIn({ lost, doubled, falseStates, inventedDoubt, untold, reviewWrong }: Outcome): string[] {
  return [...lost, ...doubled, ...falseStates, ...inventedDoubt, ...untold, ...reviewWrong]
}
