/** Makes and keeps the secrets of a stage: `npm run secrets -- --stage prod`; `--help` tells its options. */

import { runCommand } from './command/run-command.ts'
import { helpText, parseOptions } from './secrets/options.ts'
import { runSecrets } from './secrets/run-secrets.ts'
import { openSecretStore } from './secrets/store.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const { stdin: input, stderr: output, stdout } = process
    const terminal = input.isTTY ? { input, output } : undefined
    const store = openSecretStore(options, session.signal)
    return runSecrets(options, { ...session, terminal, store, isWatched: stdout.isTTY === true })
  },
})
