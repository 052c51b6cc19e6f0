/** Where the lines go: to a terminal, whose last line is written over, or into a file or a pipe. */

export type Screen = {
  /** Writes text that stays. */
  line(text: string): void
  /** Writes what went wrong, among the errors. */
  problem(text: string): void
  /**
   * Shows how far it is: over the last line of a terminal, with a bar for the `share` that is done (0 to 1) where there is
   * room for one; elsewhere as a line now and then.
   */
  progress(facts: string, share?: number): void
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
const barWidth = 20

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
    progress(facts, share) {
      const width = columns()
      if (width !== undefined) {
        const text = share === undefined ? `  ${facts}` : `  ${renderShare(share)}  ${facts}`
        // A line that wraps could not be written over.
        const fitting = text.length < width ? text : `  ${facts}`
        write(`${clearLine}${fitting.slice(0, Math.max(0, width - 1))}`)
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

function renderShare(share: number): string {
  const filled = Math.floor(Math.min(1, share) * barWidth)
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
}
