/** Takes secrets out of texts that people look at; of an access token its number stays. */
import type { Box } from './box.ts'

const masked = '•••'

const secretNames = 'access_token|secret|appsecret|session_key|js_code|token|aesKey|encoding_aes_key|client_secret'
/** In an address or form. */
const inQuery = new RegExp(`\\b(${secretNames})=([^&\\s"'\\\\]*)`, 'gi')
/** In JSON, also in JSON within a text of JSON, and where the end is missing. */
const inJson = new RegExp(`((?:\\\\?)"(?:${secretNames})\\\\?"\\s*:\\s*\\\\?")([^"\\\\]*)`, 'gi')
/** Whatever looks like an access token. */
const tokens = /\b\d{2}_[A-Za-z0-9_-]{60,}/g
const longNumber = /(?<=[:[,]\s*)(\d{16,})(?=\s*[,}\]])/g
const secretName = new RegExp(`^(${secretNames})$`, 'i')

/** Masks a query, a JSON text or any other text. */
export function maskSecrets(box: Box, text: string): string {
  const parsed = parse(text)
  return parsed === undefined ? maskText(box, text) : write(maskValue(box, parsed))
}

/** By names, as JSON may write the same text in many ways. */
function maskValue(box: Box, value: unknown): unknown {
  if (typeof value === 'string') return maskText(box, value)
  if (Array.isArray(value)) return value.map(entry => maskValue(box, entry))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => {
    const isSecret = secretName.test(name) && typeof member === 'string'
    return [name, isSecret ? maskSecret(box, member) : maskValue(box, member)]
  })
  return Object.fromEntries(members)
}

function maskText(box: Box, text: string): string {
  const byName = text
    .replace(inQuery, (_, name: string, value: string) => `${name}=${maskSecret(box, value)}`)
    .replace(inJson, (_, before: string, value: string) => before + maskSecret(box, value))
    .replace(tokens, value => maskSecret(box, value))
  return knownSecrets(box).reduce((rest, secret) => rest.replaceAll(secret, masked), byName)
}

/** The number says which of the tokens a call came with, and opens nothing. */
function maskSecret(box: Box, value: string): string {
  const app = box.apps.byToken(value)
  return app === undefined ? masked : `${masked} ${app.name} #${app.tokens.numberOf(value)}`
}

function knownSecrets({ apps }: Box): string[] {
  return apps.all().flatMap(({ appsecret, callbacks }) => {
    const { aesKey } = callbacks.config()
    return [appsecret, aesKey].filter(secret => secret.length > 0)
  })
}

/** A msgid has more digits than a number of JavaScript: it is a marked text meanwhile. */
function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text.replace(longNumber, '"\\u0000$1"'))
  } catch {
    return undefined
  }
}

function write(value: unknown): string {
  return JSON.stringify(value).replace(/"\\u0000(\d+)"/g, '$1')
}
