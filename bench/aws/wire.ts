/** DynamoDB's items as they travel, and what they weigh. */

import * as v from 'valibot'

import type { Item } from '../../kit/expressions.ts'

const typed = v.record(v.string(), v.unknown())
const items = v.record(v.string(), typed)

/** Reads an item as it travels: `{"id": {"S": "one"}}`. */
export function fromWire(item: unknown): Item {
  return Object.fromEntries(Object.entries(v.parse(items, item)).map(([name, it]) => [name, fromTyped(it)]))
}

export function toWire(item: Item): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, it]) => (it === undefined ? [] : [[name, wireOf(it)]])),
  )
}

/** In bytes, nearly as DynamoDB counts them: names and values. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value instanceof Uint8Array) return value.byteLength
  if (value instanceof Set) return [...value].reduce((sum, it) => sum + weigh(it), 3)
  if (Array.isArray(value)) return value.reduce((sum, it) => sum + 1 + weigh(it), 3)
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 8 : 1
  return Object.entries(value).reduce((sum, [name, it]) => sum + name.length + weigh(it), 0)
}

function fromTyped(it: Readonly<Record<string, unknown>>): unknown {
  const [[type, content] = ['NULL', true]] = Object.entries(it)
  const read = readers[type]
  if (read === undefined) throw new Error(`a value of type ${type}`)
  return read(content)
}

const texts = v.array(v.string())
const readers: Readonly<Record<string, (content: unknown) => unknown>> = {
  S: content => content,
  N: Number,
  B: content => Buffer.from(String(content), 'base64'),
  BOOL: content => content,
  NULL: () => null,
  M: fromWire,
  L: content => v.parse(v.array(typed), content).map(fromTyped),
  SS: content => new Set(v.parse(texts, content)),
  NS: content => new Set(v.parse(texts, content).map(Number)),
}

function wireOf(value: unknown): object {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: `${value}` }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') }
  if (value instanceof Set) return { SS: [...value].map(String) }
  if (Array.isArray(value)) return { L: value.map(wireOf) }
  return typeof value === 'object' && value !== null ? { M: toWire({ ...value }) } : { NULL: true }
}
