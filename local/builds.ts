/**
 * Has builds come one after another, each with the files as they are when it begins. esbuild answers a build that is
 * asked for during another with the other's outcome: what was edited meanwhile would wait for the next edit.
 */
export function oneAfterAnother(build: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.catch(() => undefined).then(build)
    return last
  }
}
