import { createFailures } from './failures.ts'
import { type LogLine, readLine } from './line.ts'
import { type Paint, renderLine } from './render.ts'

/** What the functions write, for whoever watches the terminal. */
export type Terminal = {
  /** Takes one line of the functions or their emulator. */
  add(line: string): void
  /** Tells something about the stack itself: a warning, unless it is only news. */
  notice(words: string, isNews?: boolean): void
  /** The last warnings and errors, oldest first. */
  problems(count: number): string[]
  /** From now on writes what arrives. */
  follow(): void
  /** Writes what still waits for its end. */
  close(): void
}

type TerminalOptions = {
  write: (line: string) => void
  paint: Paint
  /** `people`: one line for what matters; `machines`: JSON lines; `all`: everything as it comes. */
  reader: 'people' | 'machines' | 'all'
}

const keptProblems = 50
// The lines of one failure come at once.
const failureMs = 100

/** Creates the terminal; until `follow` it only remembers problems, unless everything is wanted. */
export function createTerminal({ write, paint, reader }: TerminalOptions): Terminal {
  let isFollowing = reader === 'all'
  let timer: NodeJS.Timeout | undefined
  const out = writersOf(reader, line => {
    if (isFollowing) write(line)
  })
  const problems = createProblems()
  const failures = createFailures(words => show({ ...local('local.failed', words), level: 'ERROR' }))

  function show(line: LogLine, raw = asJson(line)): void {
    const told = renderLine(line, paint)
    problems.note(line, told)
    out.json(raw)
    if (told !== undefined) out.words(told)
  }

  function addText(text: string): void {
    clearTimeout(timer)
    if (failures.take(text)) timer = setTimeout(failures.flush, failureMs)
    else show(local('local.line', text))
  }

  return {
    add(text) {
      out.raw(text)
      const line = readLine(text)
      if (line.kind === 'text') return addText(line.text)
      if (line.kind === 'usual') return
      failures.flush()
      if (line.kind === 'log') show(line, text)
      else out.json(text)
    },
    notice(words, isNews = false) {
      out.raw(words)
      show({ ...local('local.notice', words), level: isNews ? 'INFO' : 'WARN' })
    },
    problems: problems.last,
    follow: () => {
      isFollowing = true
    },
    close() {
      clearTimeout(timer)
      failures.flush()
    },
  }
}

/** Lines as they come, JSON lines, and words for people: each reader gets one of them. */
function writersOf(reader: TerminalOptions['reader'], write: (line: string) => void) {
  const nothing = () => undefined
  const all = (line: string) => (line.trim() === '' ? undefined : write(line))
  return {
    raw: reader === 'all' ? all : nothing,
    json: reader === 'machines' ? write : nothing,
    words: reader === 'people' ? write : nothing,
  }
}

function createProblems() {
  const kept: string[] = []
  return {
    note({ level }: LogLine, told: string | undefined) {
      if (told === undefined || (level !== 'WARN' && level !== 'ERROR')) return
      kept.push(told)
      if (kept.length > keptProblems) kept.shift()
    },
    last: (count: number) => kept.slice(-count),
  }
}

function local(event: string, words: string): LogLine {
  return { kind: 'log', level: 'INFO', event, at: new Date(), fields: { words } }
}

function asJson({ level, event, at, fields }: LogLine): string {
  return JSON.stringify({ level, message: event, timestamp: at.toISOString(), ...fields })
}
