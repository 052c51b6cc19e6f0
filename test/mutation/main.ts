/**
 * `npm run test:mutation`: changes the code of lib/ in small ways, one at a time, and looks whether a test notices.
 *
 * First the named mutations (named.ts), all of which must die; then a sample of all that mutators.ts makes, whose score
 * must reach the floor. `-- --sample 300 --seed 7 --floor 80` chooses, `--sample 0` tries the named alone, and words after
 * it keep to files whose path holds one of them. Files on the disk stay as they are: Ctrl-C leaves nothing behind.
 */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { endOnSignal, say, wholeNumber } from '../../kit/command.ts'

import { sampleOf } from './choose.ts'
import type { Mutant } from './mutant.ts'
import { mutantsOf } from './mutators.ts'
import { mutantOf, named } from './named.ts'
import { openTrials } from './trials.ts'

const root = join(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    floor: { type: 'string', default: '75' },
    workers: { type: 'string', default: '2' },
  },
})
const sample = wholeNumber('sample', values.sample)
const seed = wholeNumber('seed', values.seed)
const floor = wholeNumber('floor', values.floor)

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const isWanted = (file: string) => positionals.length === 0 || positionals.some(it => file.includes(it))
const files = globSync('lib/**/*.ts', { cwd: root }).toSorted().filter(isWanted)
const chosen = named.filter(it => isWanted(it.file)).map(it => mutantOf(it, read(it.file)))
const all = files.flatMap(it => mutantsOf(it, read(it)))
const drawn = sampleOf(all, sample, seed)

const trials = openTrials(root, Math.max(1, wholeNumber('workers', values.workers)))
endOnSignal(trials.close)

say(
  `${chosen.length} named mutations; ${drawn.length} of ${all.length} mutants of ${files.length} files, seed ${seed}\n`,
)
await trials.prepare(
  [...chosen, ...drawn].map(it => it.file),
  say,
)
const spared = await tryAll('named', chosen)
const survived = await tryAll('sample', drawn)
trials.close()

const killed = drawn.length - survived.length
const score = drawn.length === 0 ? 100 : (100 * killed) / drawn.length
say(`\nnamed: ${chosen.length - spared.length} of ${chosen.length} died\n`)
say(
  `sample: ${killed} of ${drawn.length} died, a score of ${score.toFixed(1)} % (seed ${seed}; the floor is ${floor} %)\n`,
)
process.exit(spared.length > 0 || score < floor ? 1 : 0)

/** Tries them, tells of each that lives on, and answers those. */
async function tryAll(title: string, mutants: readonly Mutant[]): Promise<Mutant[]> {
  const living: Mutant[] = []
  let done = 0
  await trials.run(mutants, (mutant, outcome) => {
    done += 1
    if (!outcome.isDead) living.push(mutant)
    const { file, line, what } = mutant
    say(
      `${title} ${done}/${mutants.length} ${outcome.isDead ? 'died' : 'SURVIVED'} ${file}:${line} ${what} (${outcome.told})\n`,
    )
  })
  return living
}
