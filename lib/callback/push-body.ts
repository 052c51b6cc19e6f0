/** Parses the body of a callback, XML or JSON, into text fields. In plain mode anybody may have written it. */

import { XMLParser } from 'fast-xml-parser'

/** A body without a message, with fields missing for its kind, or that looks like an attack; WeChat itself may send one. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent'
}

/** Deeper than any real message. */
const maxDepth = 8

const parser = new XMLParser({
  ignoreAttributes: true,
  // Keep everything as text: MsgID has 64 bits.
  parseTagValue: false,
  // What a person wrote stays as it is.
  trimValues: false,
  // Entities are not replaced, so they cannot expand.
  processEntities: false,
  maxNestedTags: maxDepth,
})

/** Parses a body; throws UnreadableEvent, and nothing else, if it is malformed or looks like an attack. */
export function parseBody(body: string): unknown {
  // A mini program's console can choose JSON; it has the same fields as the XML below its root.
  return body.trimStart().startsWith('{') ? parseJson(body) : parseXml(body)
}

/**
 * Trims names and texts: WeChat's page "授权用户信息变更" shows JSON with blanks in them (`" OpenID"`). Fields without a text are
 * left out: WeChat sends empty ones where it has none (docs/wechat.md 1.2).
 */
export function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.map(trimmed)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
  const isBlank = ([name]: readonly [string, unknown]) => name !== name.trim()
  // If two fields differ only in blanks, the one without wins.
  const inOrder = [...fields.filter(isBlank), ...fields.filter(it => !isBlank(it))]
  const named = inOrder.map(([name, it]) => [name.trim(), trimmed(it)] as const)
  return Object.fromEntries(named.filter(([, it]) => it !== '' && it !== null))
}

/** The parsers' error messages quote the input, which may be anything, so they are not passed on. */
function parseJson(body: string): unknown {
  const parsed = parseWith(() => JSON.parse(body, textOfNumber), 'JSON')
  if (isDeeper(parsed, maxDepth)) throw new UnreadableEvent('it is nested too deep')
  return parsed
}

/** Keeps everything as text, as in XML. */
function textOfNumber(_name: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' ? source : value
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some(it => isDeeper(it, depth - 1))
}

function parseXml(xml: string): unknown {
  checkMarkup(xml)
  const { xml: fields } = parseWith((): { xml?: unknown } => parser.parse(xml), 'XML')
  return withoutBlanks(fields)
}

/** Removes the blanks and line ends between elements, which the parser gives as a text of their own. */
function withoutBlanks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBlanks)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([name]) => name !== '#text')
  return Object.fromEntries(fields.map(([name, it]) => [name, withoutBlanks(it)]))
}

function parseWith<T>(parse: () => T, what: string): T {
  try {
    return parse()
  } catch (error) {
    // The parser overflowed the stack.
    if (error instanceof RangeError) throw new UnreadableEvent('it is nested too deep')
    throw new UnreadableEvent(`it is not ${what}`)
  }
}

/** Text, CDATA, and tags that cannot contain `<` or `>`: all parsers agree on these. */
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

/** CDATA may contain anything that a user typed; outside it, a DOCTYPE, an entity or great depth is an attack. */
function checkMarkup(xml: string): void {
  let depth = 0
  markup.lastIndex = 0
  while (markup.lastIndex < xml.length) {
    const at = markup.lastIndex
    const found = markup.exec(xml)
    if (found === null) {
      if (/^<!(?:DOCTYPE|ENTITY)/i.test(xml.slice(at, at + 9))) throw new UnreadableEvent('a DOCTYPE is not accepted')
      throw new UnreadableEvent('it is not XML')
    }
    depth += depthChangeOf(found)
    if (depth > maxDepth) throw new UnreadableEvent('it is nested too deep')
  }
}

function depthChangeOf({ 0: token, groups }: RegExpExecArray): number {
  if (!token.startsWith('<') || /^<[!?]/.test(token) || groups?.empty !== undefined) return 0
  return groups?.end === undefined ? 1 : -1
}
