import { RequestError } from '../lib/errors.ts'

/** Runs what may refuse its input, and may fail in no other way. */
export function allowRequestError(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
  }
}
