/** Figures in the words of a document, which must be those of a run, or limits that nobody measures. */

import type { Value } from './part.ts'
import type { Run } from './record.ts'
import { numberText } from './table.ts'

/** What is measured in these units changes from run to run. */
const figure = /(?<![\w.,/-])(\d[\d,]*(?:\.\d+)?)\s?(µs|ms|KB|MB|%|×|messages a second|条\/秒)(?![\w])/g

/** Replaces all blocks `<!-- figures: name -->` to `<!-- /figures -->` by what `textOf` gives for their name. */
export function fillBlocks(document: string, textOf: (name: string) => string): string {
  return document.replace(block, (_, name: string) => `<!-- figures: ${name} -->\n\n${textOf(name)}\n<!-- /figures -->`)
}

const block = /<!-- figures: (.+?) -->\n[\s\S]*?<!-- \/figures -->/g
/** Written by other commands, or no prose. */
const otherBlocks = /<!-- ([^/ ][^:]*): npm run [\s\S]*?<!-- \/\1 -->|^```[\s\S]*?^```/gm

/** Tells the figures outside of blocks that are neither in `known` nor in `limits`. */
export function findStray(document: string, known: ReadonlySet<string>, limits: ReadonlySet<string>): string[] {
  const prose = document.replace(block, '').replace(otherBlocks, '')
  const found = [...prose.matchAll(figure)].map(([, number = '', unit = '']) => `${number} ${unit}`)
  return found.filter(it => !known.has(it) && !limits.has(it))
}

/** Every figure of the runs with its unit, as a document may quote it. */
export function figuresOf(runs: readonly Run[]): ReadonlySet<string> {
  const all = runs.flatMap(({ rows }) =>
    rows.flatMap(({ unit, ours, beside }) =>
      [ours, ...Object.values(beside)].flatMap(numbersOf).map(it => `${numberText(it)} ${unit ?? ''}`.trim()),
    ),
  )
  return new Set(all)
}

function numbersOf(value: Value): number[] {
  if (typeof value === 'object') return Object.values(value)
  return typeof value === 'number' ? [value] : []
}
