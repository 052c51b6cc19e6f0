/** A JSON object whose fields are not validated yet. */
export type Fields = Record<string, unknown>

/** Tells whether a parsed value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Parses strict UTF-8 JSON; undefined when it is not. */
export function parseJson(body: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
    return value
  } catch {
    return undefined
  }
}

/** A field's own value; inherited names such as `constructor` find nothing. */
export function field(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** A field as text, or `''` for anything else: WeChat treats a wrong type like an absent field. */
export function textField(value: unknown, name: string): string {
  const found = field(value, name)
  return typeof found === 'string' ? found : ''
}
