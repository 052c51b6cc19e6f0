/** The body of what WeChat pushes, XML or JSON, as fields of text: read with care, for in plain mode anybody may have written it. */

import { XMLParser } from 'fast-xml-parser'

import { RequestError } from '../errors.ts'

/** A body that holds no message, or another than its kind should; from WeChat it may come all the same. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent'
}

/** Deeper than any message of WeChat's. */
const maxDepth = 8

const parser = new XMLParser({
  ignoreAttributes: true,
  // Everything stays text: MsgID has 64 bits.
  parseTagValue: false,
  // No entity is replaced, so none can grow.
  processEntities: false,
  maxNestedTags: maxDepth,
})

/** Parses a body; throws UnreadableEvent for what is none, RequestError `callback-malformed` for what WeChat never sends. */
export function parseBody(body: string): unknown {
  // A mini program may choose JSON in its console; it has the fields that XML has below its root.
  return trimmed(body.trimStart().startsWith('{') ? parseJson(body) : parseXml(body))
}

/** Without the blanks around names and texts: the JSON that WeChat's page "授权用户信息变更" shows has them (`" OpenID"`). */
function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.map(trimmed)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
  const isBlank = ([name]: readonly [string, unknown]) => name !== name.trim()
  // Of two fields that differ by blanks alone the one without counts.
  const inOrder = [...fields.filter(isBlank), ...fields.filter(it => !isBlank(it))]
  return Object.fromEntries(inOrder.map(([name, it]) => [name.trim(), trimmed(it)]))
}

/** The parsers' own words quote the input, which may be anything: they are told to nobody. */
function parseJson(body: string): unknown {
  const parsed = parsedBy(() => JSON.parse(body, textOfNumber), 'JSON')
  if (isDeeper(parsed, maxDepth)) throw hostile('it is nested too deep')
  return parsed
}

/** Everything stays text, as in XML. */
function textOfNumber(_name: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' ? source : value
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some(it => isDeeper(it, depth - 1))
}

function parseXml(xml: string): unknown {
  checkMarkup(xml)
  const { xml: fields } = parsedBy((): { xml?: unknown } => parser.parse(xml), 'XML')
  return fields
}

function parsedBy<T>(parse: () => T, what: string): T {
  try {
    return parse()
  } catch (error) {
    // The stack did not do for it.
    if (error instanceof RangeError) throw hostile('it is nested too deep')
    throw new UnreadableEvent(`it is not ${what}`)
  }
}

/** Text, CDATA, and tags in which no `<` or `>` can hide: every parser sees the same in them. */
const markup = new RegExp(
  [
    '[^<]+',
    String.raw`<!\[CDATA\[[\s\S]*?\]\]>`,
    '<!--[^<>]*-->',
    String.raw`<\?xml[^<>]*\?>`,
    String.raw`<(?<end>/)?[^\s<>/=!?"']+(?:\s+[^\s<>/=!?"']+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*(?<empty>/)?>`,
  ].join('|'),
  'y',
)

/** A person's message may hold anything, in its CDATA; a DOCTYPE or an entity beside that, or great depth, is an attack. */
function checkMarkup(xml: string): void {
  let depth = 0
  markup.lastIndex = 0
  while (markup.lastIndex < xml.length) {
    const at = markup.lastIndex
    const found = markup.exec(xml)
    if (found === null) {
      if (/^<!(?:DOCTYPE|ENTITY)/i.test(xml.slice(at, at + 9))) throw hostile('a DOCTYPE is not accepted')
      throw new UnreadableEvent('it is not XML')
    }
    depth += stepOf(found)
    if (depth > maxDepth) throw hostile('it is nested too deep')
  }
}

function stepOf({ 0: token, groups }: RegExpExecArray): number {
  if (!token.startsWith('<') || /^<[!?]/.test(token) || groups?.empty !== undefined) return 0
  return groups?.end === undefined ? 1 : -1
}

function hostile(what: string): RequestError {
  return new RequestError('callback-malformed', 400, `The callback cannot be read: ${what}.`)
}
