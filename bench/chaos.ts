/**
 * Chaos: the sender as real processes against WeChat in a box, dynalite and fauxqs, while a seeded script has all of them
 * fail, and kills the processes. What is on the phones at the end is compared with what should be.
 *
 * Ends with 1 if anything is lost, doubled, or called a failure that was none. `--events 1000` is quicker, and
 * `--no-reference` leaves out the same load with no done marks and random ids; `--seed` repeats a script; `--only expired`
 * plays the waves with that in their name.
 */

import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { endOnSignal, say, wholeNumber } from '../kit/command.ts'
import { bundle } from '../kit/processes.ts'
import { runLanes } from './chaos/lanes.ts'
import { isAsDemanded, problemsIn, renderFaults, renderOutcome } from './chaos/report.ts'
import { withProgress } from './progress.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    kills: { type: 'string' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    only: { type: 'string', default: '' },
    'no-reference': { type: 'boolean', default: false },
  },
})
const events = wholeNumber('events', values.events, 100)
const kills = wholeNumber('kills', values.kills ?? `${Math.ceil(events / 200)}`, 0)
const seed = wholeNumber('seed', values.seed, 0)
/** At the same time, for most of the time of each is waiting. */
const lanes = 4

endOnSignal()

say(`${events.toLocaleString('en')} events, ${kills} kills, seed ${seed}\n\n`)
const file = await bundle(join(import.meta.dirname, 'chaos/container.ts'))
const ours = await play('chaos', 'send')
const reference = values['no-reference'] ? undefined : await play('the reference', 'send-naively')
say(`${renderOutcome(kills, ours, reference)}\n${renderFaults(ours, reference)}`)
for (const it of problemsIn(ours).slice(0, 40)) say(`wrong: ${it}\n`)
process.exit(isAsDemanded(kills, ours) ? 0 : 1)

function play(title: string, name: 'send' | 'send-naively') {
  const plan = { events, kills, seed, only: values.only, lanes }
  return withProgress(title, tell => runLanes(plan, { file, name, tell: done => tell(done / events) }))
}
