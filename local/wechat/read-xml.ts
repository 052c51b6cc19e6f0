/** Reads a receiver's XML; a general parser, so that only what WeChat's documentation says of the form is ours. */
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { type Fields, field, isFields } from './json.ts'

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false })

/** The elements within `<xml>`, texts as they are; undefined for anything else. */
export function readXml(text: string): Fields | undefined {
  // A document type has no place in an answer, and an `&` of its own making none in this parser.
  if (!text.startsWith('<xml>') || XMLValidator.validate(text) !== true) return undefined
  const document: unknown = parser.parse(text)
  const root = field(document, 'xml')
  return isFields(root) ? root : undefined
}

/** The elements of this name, of which there may be any number. */
export function elementsOf(parent: unknown, name: string): readonly unknown[] {
  const found = field(parent, name)
  if (found === undefined) return []
  return Array.isArray(found) ? found : [found]
}
