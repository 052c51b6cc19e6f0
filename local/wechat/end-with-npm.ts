const lookEveryMs = 500
/** Read at once: npm may be gone before the box is open, and the parent is another one then. */
const parent = process.ppid

/**
 * Calls back once npm, which started this process, is gone: at SIGTERM it ends only the shell between, and this process
 * would keep its ports. Started in any other way, nothing is watched.
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
