/** What commands of tests and benches have in common: their numbers, their words, and Ctrl-C. */

/** Reads the value of an option; throws if it is no whole number, or less than that. */
export function wholeNumber(name: string, text: string, least = 0): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} takes a whole number from ${least}`)
  return value
}

export function say(text: string): void {
  process.stdout.write(text)
}

/** Ends with the exit code of an interruption on Ctrl-C or SIGTERM, after `stop`. */
export function endOnSignal(stop: () => void = () => undefined): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop()
      process.stderr.write('\nstopped\n')
      process.exit(130)
    })
  }
}
