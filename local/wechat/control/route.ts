/** What a route of the control API is made of. */
import type { Box } from '../box.ts'
import type { Input } from './input.ts'

/** One request; `person` is the number in the path, checked, or -1 where the path has none. */
export type ControlCall = {
  box: Box
  reset: () => void
  person: number
  input: Input
  query: URLSearchParams
  /** The body itself, where it is a list. */
  body: unknown
}

/** A route by method and path; what `run` gives goes back as JSON. */
export type ControlRoute = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  run: (call: ControlCall) => unknown
}
