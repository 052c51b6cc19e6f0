/** Validates the settings of a message push. */
import { type CallbackConfig, callbackFormats, callbackModes } from '../callback-config.ts'
import { ControlError, type Input } from './input.ts'

/** Where callbacks go, in which format, and how they are signed; only the given settings. */
export function readCallbackConfig(input: Input): Partial<CallbackConfig> {
  const token = matching(input, 'token', { is: /^[A-Za-z0-9]{3,32}$/, wanted: '3 to 32 letters and digits' })
  const aesKey = matching(input, 'aesKey', { is: /^[A-Za-z0-9]{43}$/, wanted: '43 letters and digits' })
  const [mode, format] = [input.choice('mode', callbackModes), input.choice('format', callbackFormats)]
  return {
    ...(input.has('url') && { url: readUrl(input.get('url')) }),
    ...(token !== undefined && { token }),
    ...(aesKey !== undefined && { aesKey }),
    ...(mode !== undefined && { mode }),
    ...(format !== undefined && { format }),
  }
}

function matching(input: Input, name: string, { is, wanted }: { is: RegExp; wanted: string }): string | undefined {
  const text = input.text(name)
  if (text !== undefined && !is.test(text)) throw new ControlError(`"${name}" must be ${wanted}`)
  return text
}

/** null switches the push off. */
function readUrl(value: unknown): string | undefined {
  if (value === null) return undefined
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new ControlError('"url" must be an http or https address')
  return url.href
}
