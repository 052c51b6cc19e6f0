/** One change of the code that a test should notice. */
export type Mutant = {
  /** From the project's folder. */
  readonly file: string
  /** What was done, for whoever reads the report. */
  readonly what: string
  readonly line: number
  /** The whole file, changed. */
  readonly text: string
}

/** Puts a text in place of what stands from `start` to `end`. */
export function replaced(source: string, start: number, end: number, text: string): string {
  return source.slice(0, start) + text + source.slice(end)
}

/** The line of a place, counted from 1. */
export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length
}
