/**
 * Runs builds one after another, each with the files as they are when it starts. If a build is requested during
 * another, esbuild returns the first one's result, and a change made meanwhile would wait for the next change.
 */
export function oneAfterAnother(build: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.catch(() => undefined).then(build)
    return last
  }
}
