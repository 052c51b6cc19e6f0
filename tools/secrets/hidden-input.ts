/** Asks for what must not show. */

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

import { NoAnswer } from '../command/session.ts'

export type Terminal = { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream }

/** Asks for one line, which shows nowhere, not even its length; throws NoAnswer. */
export async function askHidden(question: string, { input, output }: Terminal, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // Readline knows backspace, Ctrl-U and pasted text; what it would show of them goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0, signal })
  lines.once('line', resolve)
  for (const event of ['SIGINT', 'close']) lines.once(event, () => reject(new NoAnswer()))
  // Only now, when the terminal has ceased to show what is typed.
  output.write(question)
  try {
    return await promise
  } finally {
    lines.close()
    output.write('\n')
  }
}
