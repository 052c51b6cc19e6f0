const lookEveryMs = 500
/** Read at once: npm may end before the box is open, and then the parent changes. */
const parent = process.ppid

/**
 * Calls back once npm, which started this process, has ended: on SIGTERM npm ends only the shell in between, and this
 * process would keep its ports. If started in any other way, does nothing.
 */
export function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    end()
  }, lookEveryMs)
  timer.unref()
}
