/** Validates the input of the control API; every problem is a clear sentence for the caller. */
import { type Fields, field, isFields } from '../json.ts'

/** A request to the control API that cannot be carried out. */
export class ControlError extends Error {
  override name = 'ControlError'
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

/** Typed access to the members of a JSON body; all are optional, a wrong type is an error. */
export type Input = ReturnType<typeof readInput>

/** Wraps the members of a body. */
export function readInput(body: Fields) {
  const get = (name: string) => field(body, name)
  const refuse = (name: string, wanted: string): never => {
    throw new ControlError(`"${name}" must be ${wanted}`)
  }

  function text(name: string, longest = 4096): string | undefined {
    const value = get(name)
    if (value === undefined) return undefined
    return typeof value === 'string' && value.length <= longest ? value : refuse(name, `a text of up to ${longest}`)
  }

  function flag(name: string): boolean | undefined {
    const value = get(name)
    return value === undefined || typeof value === 'boolean' ? value : refuse(name, 'true or false')
  }

  function integer(name: string, most: number, least = 0): number | undefined {
    const value = get(name)
    if (value === undefined) return undefined
    const right = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    return right ? value : refuse(name, `a whole number from ${least} to ${most}`)
  }

  function choice<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = get(name)
    if (value === undefined) return undefined
    return values.find(known => known === value) ?? refuse(name, `one of ${values.join(', ')}`)
  }

  function texts(name: string): string[] | undefined {
    const value = get(name)
    if (value === undefined) return undefined
    return isTexts(value) ? value : refuse(name, 'a list of texts')
  }

  function required<T>(name: string, value: T | undefined): T {
    return value ?? refuse(name, 'given')
  }

  return { has: (name: string) => get(name) !== undefined, get, text, flag, integer, choice, texts, required }
}

/** A member that is an object of texts, such as labels by key. */
export function textMap(value: unknown, name: string): Record<string, string> {
  const entries = isFields(value) ? Object.entries(value) : undefined
  const pairs = entries?.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []))
  if (pairs === undefined || pairs.length !== entries?.length)
    throw new ControlError(`"${name}" must map names to texts`)
  return Object.fromEntries(pairs)
}

/** Tells whether a value is a list of texts. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(entry => typeof entry === 'string')
}
