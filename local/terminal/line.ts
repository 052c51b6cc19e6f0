import * as v from 'valibot'

/** A line of the functions' log. */
export type LogLine = { kind: 'log'; level: Level; event: string; at: Date; fields: Readonly<Record<string, unknown>> }
type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

/** What the functions and their emulator write: a line of the log, metrics, what the emulator says of each call, or anything else. */
type Line = LogLine | { kind: 'metrics' } | { kind: 'usual' } | { kind: 'text'; text: string }

const logLine = v.looseObject({
  level: v.picklist(['DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL']),
  message: v.string(),
  timestamp: v.exactOptional(v.string()),
})
const metrics = v.object({ _aws: v.object({}) })

/** Far longer than any line of ours. */
const maxLength = 100_000

/** What serverless and its plugins write when all is well. */
const usual = [
  /^\(λ: [\w-]+\) RequestId: /,
  /^(GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH) \S+ \(λ: [\w-]+\)$/,
  /^Successfully invoked scheduled function: /,
  /^Scheduling \[/,
  /^Starting Offline at stage /,
  /^Offline \[http for lambda\]/,
  /^Function names exposed for local invocation/,
  /^ {3}\* [\w-]+: queqiao-/,
  /^[┌│└]/,
  /^Server ready: /,
  /^Warning: No external modules needed$/,
  /^\s*$/,
]

/** Reads one line as it came. */
export function readLine(text: string): Line {
  if (usual.some(it => it.test(text))) return { kind: 'usual' }
  const json = text.startsWith('{') && text.length < maxLength ? parseJson(text) : undefined
  if (v.is(metrics, json)) return { kind: 'metrics' }
  const read = v.safeParse(logLine, json)
  return read.success ? toLogLine(read.output) : { kind: 'text', text }
}

function toLogLine({ level, message, timestamp, ...fields }: v.InferOutput<typeof logLine>): LogLine {
  const at = new Date(timestamp ?? Date.now())
  return {
    kind: 'log',
    level: level === 'CRITICAL' ? 'ERROR' : level,
    event: message,
    at: Number.isNaN(at.getTime()) ? new Date() : at,
    fields,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
