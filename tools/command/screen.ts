/** Where the lines go: to a terminal, whose last line is written over, or into a file or a pipe. */

export type Screen = {
  /** Writes text that stays. */
  line(text: string): void
  /** Writes what went wrong, among the errors. */
  problem(text: string): void
  /** Shows how far it is: `bar` over the last line of a terminal that is wide enough, elsewhere `facts` as a line now and then. */
  progress(show: { bar: string; facts: string }): void
  /** Writes what came of it, for programs; people have read it in lines. */
  json(data: object): void
}

export type ScreenOptions = {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** The width of the terminal; undefined where there is none. */
  readonly columns: () => number | undefined
  /** Milliseconds. */
  readonly now: () => number
}

const plainEveryMs = 10_000
const clearLine = '\r\x1b[K'

/** Creates the screen. */
export function createScreen({ write, writeError, columns, now }: ScreenOptions): Screen {
  let isBarShown = false
  let plainAt = Number.NEGATIVE_INFINITY

  function clear(): void {
    if (isBarShown) write(clearLine)
    isBarShown = false
  }

  return {
    line(text) {
      clear()
      write(`${text}\n`)
    },
    problem(text) {
      clear()
      writeError(`${text}\n`)
    },
    progress({ bar, facts }) {
      const width = columns()
      if (width !== undefined) {
        // A line that wraps could not be written over.
        const text = bar.length < width ? bar : `  ${facts}`
        write(`${clearLine}${text.slice(0, Math.max(0, width - 1))}`)
        isBarShown = true
      } else if (now() - plainAt >= plainEveryMs) {
        write(`  ${facts}\n`)
        plainAt = now()
      }
    },
    json() {},
  }
}

/** Creates the screen of `--json`: one document, and nothing beside it but what went wrong. */
export function createJsonScreen({ write, writeError }: Pick<ScreenOptions, 'write' | 'writeError'>): Screen {
  return {
    line() {},
    problem: text => writeError(`${text}\n`),
    progress() {},
    json: data => write(`${JSON.stringify(data, undefined, 2)}\n`),
  }
}
