import { oneLine, plainFields } from './fields.ts'
import type { LogLine } from './line.ts'
import { wordsOf } from './words.ts'

type Colour = 'green' | 'yellow' | 'red' | 'dim'
export type Paint = (colour: Colour, text: string) => string

const looks = {
  DEBUG: { sign: '·', colour: undefined },
  INFO: { sign: '·', colour: undefined },
  WARN: { sign: '!', colour: 'yellow' },
  ERROR: { sign: '✗', colour: 'red' },
} as const satisfies Record<LogLine['level'], { sign: string; colour: Colour | undefined }>

/** What has come to a good end. */
const done = new Set(['send.accepted', 'login.accepted', 'receipts.kept', 'link-followers.batch', 'images.served'])

/** Writes a line of the log for people; undefined for what nobody needs to read, which an error or a warning never is. */
export function renderLine(line: LogLine, paint: Paint): string | undefined {
  const { level, event, at, fields } = line
  const said = wordsOf(event, fields)
  const isBad = level === 'WARN' || level === 'ERROR'
  if (said === 'silent' && !isBad) return undefined
  const words = typeof said === 'object' ? withMore(said.words, fields) : `${event} ${plainFields(fields)}`
  const { sign, colour } = done.has(event) && !isBad ? ({ sign: '✓', colour: 'green' } as const) : looks[level]
  const text = `${sign} ${oneLine(words)}`
  return `${paint('dim', timeOf(at))} ${colour === undefined ? text : paint(colour, text)}`
}

/** Of alike lines of one batch the first is whole, and the others are counted, where the words do not count them. */
function withMore(words: string, { more, ids }: LogLine['fields']): string {
  if (typeof more !== 'number') return words
  const told = words.includes(`${more} more`) ? '' : `; so ${more} more`
  return `${words}${told}${Array.isArray(ids) && ids.length > 0 ? `: ${ids.join(', ')}` : ''}`
}

function timeOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(it => `${it}`.padStart(2, '0')).join(':')
}
