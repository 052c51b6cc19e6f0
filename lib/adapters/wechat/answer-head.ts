/** The head of an HTTP/1.1 answer: what of it says how long the body is, and whether the connection is kept. */

/** The bytes are no HTTP answer, or one that nobody can be sure of. */
export class NotHttp extends Error {}

/** How the body ends: after so many bytes, by chunks, or with the connection. */
export type Framing = number | 'chunked' | 'close'

export type Head = {
  readonly status: number
  readonly framing: Framing
  /** The Date header as it came. */
  readonly date: string | undefined
  /** How long the other side keeps the connection: 0 not at all, infinite if it says nothing. */
  readonly keepSeconds: number
}

type Fields = { length?: string; coding?: string; connection?: string; date?: string; keep?: string }

/** Parses the lines before the empty one; throws NotHttp. */
export function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(first)
  if (status === null || status[2] === '101') throw new NotHttp('no status line')
  const fields = fieldsIn(lines)
  const code = Number(status[2])
  const framing = code === 204 || code === 304 ? 0 : framingOf(fields)
  return { status: code, framing, date: fields.date, keepSeconds: keepSecondsOf(fields, framing, status[1] === '1') }
}

const nameOf: Readonly<Record<string, keyof Fields>> = {
  'content-length': 'length',
  'transfer-encoding': 'coding',
  connection: 'connection',
  date: 'date',
  'keep-alive': 'keep',
}

function fieldsIn(lines: readonly string[]): Fields {
  const fields: Fields = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1 || line.startsWith(' ') || line.startsWith('\t')) throw new NotHttp('a header without a name')
    const name = nameOf[line.slice(0, colon).toLowerCase()]
    if (name === undefined) continue
    setField(fields, name, line.slice(colon + 1).trim())
  }
  return fields
}

/** Of what is said twice the last counts, unless it tells where the body ends. */
function setField(fields: Fields, name: keyof Fields, value: string): void {
  const before = fields[name]
  const isInDoubt = name === 'coding' || (name === 'length' && before !== value)
  if (before !== undefined && isInDoubt) throw new NotHttp(`two values of ${name}`)
  fields[name] = value
}

function framingOf({ length, coding }: Fields): Framing {
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new NotHttp('an unknown coding')
    return 'chunked'
  }
  if (length === undefined) return 'close'
  if (!/^\d{1,15}$/.test(length)) throw new NotHttp('no length')
  return Number(length)
}

function keepSecondsOf({ connection = '', keep = '', length, coding }: Fields, framing: Framing, isOneOne: boolean) {
  const words = connection.toLowerCase()
  const isKept = isOneOne ? !words.includes('close') : words.includes('keep-alive')
  // With both a length and chunks the two sides may see different ends.
  if (!isKept || framing === 'close' || (coding !== undefined && length !== undefined)) return 0
  return Number(/^timeout=(\d{1,6})/.exec(keep)?.[1] ?? Number.POSITIVE_INFINITY)
}
