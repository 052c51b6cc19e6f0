/** Reports an outage once when it begins and once when it ends, however often the call is retried. */
export type Outage = {
  began(cause: unknown): void
  ended(): void
  /** Whether the last attempt failed. */
  isOngoing(): boolean
}

/** Creates the outage reports for one remote service; `name` appears in them. */
export function createOutage(name: string, report: (line: string) => void): Outage {
  let isDown = false
  return {
    began(cause) {
      if (!isDown) report(`${name} does not answer (${describeError(cause)}); trying again`)
      isDown = true
    },
    ended() {
      if (isDown) report(`${name} answers again`)
      isDown = false
    },
    isOngoing: () => isDown,
  }
}

/** Describes an error in one line, with the cause that fetch hides behind "fetch failed". */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [first = error.name] = (error.message || error.name).split('\n')
  return error.cause === undefined ? first : `${first}: ${describeError(error.cause)}`
}
