/** Tells of an outage once when it begins and once when it is over, however often it is tried meanwhile. */
export type Outage = {
  began(cause: unknown): void
  ended(): void
  /** Whether the last attempt failed. */
  lasts(): boolean
}

/** Creates the watch over one remote party, named in what it reports. */
export function createOutage(name: string, report: (line: string) => void): Outage {
  let down = false
  return {
    began(cause) {
      if (!down) report(`${name} does not answer (${describeError(cause)}); trying again`)
      down = true
    },
    ended() {
      if (down) report(`${name} answers again`)
      down = false
    },
    lasts: () => down,
  }
}

/** Says an error in one line, with the cause that fetch hides behind "fetch failed". */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [first = error.name] = (error.message || error.name).split('\n')
  return error.cause === undefined ? first : `${first}: ${describeError(error.cause)}`
}
