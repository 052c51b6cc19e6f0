/** The latest lines of each area of the log, in words, for people. */
import type { SeenArea } from '../../lib/console/ports.ts'
import { createFailures } from '../terminal/failures.ts'
import type { LogLine } from '../terminal/line.ts'
import { renderLine } from '../terminal/render.ts'

const keptLines = 40
const keptProblems = 20
/** What the emulator says itself, and failures outside our code, have no area of their own. */
const ofStack = 'local'

type Area = { lines: string[]; problems: string[] }

/** Creates them. */
export function createAreas() {
  const areas = new Map<string, Area>()
  const failures = createFailures(words =>
    add({ kind: 'log', level: 'ERROR', event: 'local.failed', at: new Date(), fields: { words } }),
  )

  function add(line: LogLine): void {
    const told = renderLine(line, (_, text) => text)
    if (told === undefined) return
    const name = line.event.split('.')[0] ?? ofStack
    const area = areas.get(name) ?? { lines: [], problems: [] }
    areas.set(name, area)
    keep(area.lines, told, keptLines)
    if (line.level === 'WARN' || line.level === 'ERROR') keep(area.problems, told, keptProblems)
  }

  return {
    add(line: LogLine) {
      failures.flush()
      add(line)
    },
    addText: (text: string) => void failures.take(text),
    all(): SeenArea[] {
      failures.flush()
      return [...areas]
        .map(([name, area]) => ({ name, ...area }))
        .toSorted((one, other) => compare(one.name, other.name))
    },
  }
}

function keep(list: string[], text: string, most: number): void {
  list.push(text)
  if (list.length > most) list.shift()
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
