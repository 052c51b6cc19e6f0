/** The types of a route of the control API. */
import type { Box } from '../box.ts'
import type { Input } from './input.ts'

/** One request; `person` is the validated number in the path, or -1 if the path has none. */
export type ControlCall = {
  box: Box
  reset: () => void
  person: number
  input: Input
  query: URLSearchParams
  /** The body itself, if it is a list. */
  body: unknown
}

/** A route by method and path; the result of `run` is returned as JSON. */
export type ControlRoute = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  run: (call: ControlCall) => unknown
}
