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

/** The part of serverless-esbuild that runs once the functions are built again, with the file that changed. */
export type Builder = { updateFile(change: string, file: string): Promise<void> }

/** Writes a line of the log for each build that a changed file of the code caused; lists have watchers of their own. */
export function tellBuilds(builder: Builder, write: (line: string) => void): void {
  const { updateFile } = builder
  builder.updateFile = async function (change, file) {
    await updateFile.call(this, change, file)
    if (!file.endsWith('.ts')) return
    const timestamp = new Date().toISOString()
    write(JSON.stringify({ level: 'INFO', message: 'local.rebuilt', timestamp, file: file.replaceAll('\\', '/') }))
  }
}
