/** The last lines that the functions and their emulator wrote. */
export type LogLines = {
  add(line: string): void
  /** The last lines with an error or a warning, oldest first. */
  problems(count: number): string[]
  /** The last lines, oldest first. */
  last(count: number): string[]
  /** From now on writes errors and warnings as they arrive. */
  follow(): void
}

const keptLines = 200
// A JSON line of the functions, the first line of a stack trace, or serverless' own marks.
const problem = /"level":"(ERROR|WARN|CRITICAL)"|^\s*\w*Error\b|✖|⚠|Unhandled Lambda Error|\bERROR\b/

/** Creates the buffer of log lines; `isVerbose` writes every line as it arrives. */
export function createLogLines(write: (line: string) => void, isVerbose: boolean): LogLines {
  const lines: string[] = []
  let isFollowing = false
  return {
    add(line) {
      if (line.trim() === '') return
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
      if (isVerbose || (isFollowing && problem.test(line))) write(line)
    },
    problems: count => lines.filter(line => problem.test(line)).slice(-count),
    last: count => lines.slice(-count),
    follow: () => {
      isFollowing = true
    },
  }
}
