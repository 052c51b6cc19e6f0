/** What a process beside the bench says of itself. */

/** What it has used since it began. */
export type Usage = { readonly cpuSeconds: number; readonly peakMb: number }

export function usage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 }
}

/** Ends this process with its parent; Ctrl-C, which a terminal sends to both, is the parent's to answer. */
export function endWithParent(): void {
  process.on('SIGINT', () => undefined)
  process.on('disconnect', () => process.exit())
  // What was on its way to a parent that is gone.
  process.on('error', () => process.exit())
}
