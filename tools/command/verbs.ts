/** All that the command line can do. */

import { spec as console } from '../console/options.ts'
import { spec as doctor } from '../doctor/options.ts'
import { spec as menu } from '../menu/options.ts'
import { spec as quota } from '../quota/options.ts'
import { spec as redrive } from '../redrive/options.ts'
import { spec as secrets } from '../secrets/options.ts'
import { spec as send } from '../send/options.ts'
import { spec as files } from '../static/options.ts'
import { spec as sync } from '../sync/options.ts'
import type { Spec } from './help.ts'
import { program, UsageError } from './options.ts'
import type { Start } from './session.ts'

/** What it does is loaded when it is started: help needs none of AWS's clients. */
export type Verb = { readonly spec: Spec; readonly load: () => Promise<{ readonly start: Start }> }

export const verbs: readonly Verb[] = [
  { spec: secrets, load: () => import('../secrets/command.ts') },
  { spec: doctor, load: () => import('../doctor/command.ts') },
  { spec: sync, load: () => import('../sync/command.ts') },
  { spec: send, load: () => import('../send/command.ts') },
  { spec: quota, load: () => import('../quota/command.ts') },
  { spec: menu, load: () => import('../menu/command.ts') },
  { spec: redrive, load: () => import('../redrive/command.ts') },
  { spec: console, load: () => import('../console/command.ts') },
  { spec: files, load: () => import('../static/command.ts') },
]

/** Finds a verb by its name; throws UsageError, with the verb that may be meant. */
export function findVerb(name: string | undefined): Verb {
  const found = verbs.find(it => it.spec.verb === name)
  if (found !== undefined) return found
  const names = verbs.map(it => it.spec.verb)
  const all = `${names.join(', ')}; ${program} --help tells what each does`
  if (name === undefined) throw new UsageError(`a verb is missing: one of ${all}`)
  const near = nearest(name, names)
  const guess = near === undefined ? '' : `: did you mean ${near}?`
  throw new UsageError(`there is no verb ${name}${guess}\nThe verbs are ${all}`)
}

/** The name that a slip of the hand or two makes of the text. */
function nearest(text: string, names: readonly string[]): string | undefined {
  const slips = names.map(name => ({ name, count: slipsBetween(text, name) }))
  const [best] = slips.filter(it => it.count <= 2).sort((a, b) => a.count - b.count)
  return best?.name
}

/** How many letters are to be put in, taken out or changed: the edit distance, row by row. */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1]
    for (const [index, wanted] of [...other].entries()) {
      const [left = 0, above = 0, before = 0] = [next[index], row[index + 1], row[index]]
      next.push(Math.min(left + 1, above + 1, before + (letter === wanted ? 0 : 1)))
    }
    row = next
  }
  return row[other.length] ?? 0
}
