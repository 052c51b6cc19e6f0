/** `secrets`: makes and keeps the secrets of a stage. */

import type { Start } from '../command/session.ts'
import { parseOptions } from './options.ts'
import { runSecrets } from './run-secrets.ts'
import { openSecretStore } from './store.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const { stdin: input, stderr: output, stdout } = process
  const terminal = input.isTTY ? { input, output } : undefined
  const store = openSecretStore(options, session.signal)
  return runSecrets(options, { ...session, terminal, store, isWatched: stdout.isTTY === true })
}
