/** Shortens the ids of people in what the console shows. */

import { maskId } from '../identifiers.ts'

const idKeys: ReadonlySet<string> = new Set(['openid', 'openids', 'unionid', 'miniOpenid', 'follow', 'unfollow'])
/** WeChat's ids of templates look like ids of people. */
const openKeys: ReadonlySet<string> = new Set(['templateId', 'template'])
const idLike = /[A-Za-z0-9_-]{24,}/g
/** What is nested deeper no message of ours is. */
const deepest = 12
const mostCharacters = 4000

/** Shows the body of a message, cut to a length that a page can show; whole ids only if `isOpen`. */
export function shownBody(body: string, isOpen: boolean): string {
  return (isOpen ? body : maskBody(body)).slice(0, mostCharacters)
}

/** Shows one id. */
export function shownId(id: string, isOpen: boolean): string {
  return isOpen ? id : maskId(id)
}

function maskBody(body: string): string {
  try {
    return JSON.stringify(maskValue(JSON.parse(body), undefined, 0))
  } catch {
    // What is no JSON may hold an id all the same.
    return maskText(body)
  }
}

function maskValue(value: unknown, key: string | undefined, depth: number): unknown {
  if (typeof value === 'string') return maskString(value, key)
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) return '…'
  if (Array.isArray(value)) return value.map(it => maskValue(it, key, depth + 1))
  const fields = Object.entries(value).map(([name, it]) => [maskText(name), maskValue(it, name, depth + 1)])
  return Object.fromEntries(fields)
}

function maskString(text: string, key: string | undefined): string {
  if (key !== undefined && openKeys.has(key)) return text
  return key !== undefined && idKeys.has(key) ? maskId(text) : maskText(text)
}

function maskText(text: string): string {
  return text.replaceAll(idLike, maskId)
}
