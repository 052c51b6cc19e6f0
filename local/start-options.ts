import { parseArgs } from 'node:util'
import { SettingsError } from './environment.ts'

/** The command-line options of `npm start`. */
export type StartOptions = { isDemo: boolean; hasAccounts: boolean; isJson: boolean; isFresh: boolean; isHelp: boolean }

export const helpText = `npm start              starts everything on this machine, plays the main job once, and stays up
npm run demo           plays the main job, and ends with 0 or 1

  --demo               as npm run demo
  --accounts           with two Official Accounts and two mini programs (examples/accounts)
  --fresh              begins with no data and keeps none; what was kept stays for a later start
  --json               writes the functions' log as JSON lines, for programs; all words for people go to stderr
  --help               this text

It takes its settings from the environment and from .env: ports, another WeChat (WECHAT_API_URL) and its account.
All of them are in docs/configuration.md. Ctrl-C stops everything.
Ends with 1 if it cannot start, or a setting is wrong; with 2 if the options are.
`

/** Parses the options; throws a SettingsError for an unknown one. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  try {
    const boolean = { type: 'boolean' } as const
    const options = {
      demo: boolean,
      accounts: boolean,
      json: boolean,
      fresh: boolean,
      help: { type: 'boolean', short: 'h' },
    } as const
    const { values } = parseArgs({ args: [...args], options })
    const { demo = false, accounts = false, json = false, fresh = false, help = false } = values
    return { isDemo: demo, hasAccounts: accounts, isJson: json, isFresh: fresh || demo || accounts, isHelp: help }
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : '').split('. ')
    throw new SettingsError([`${line}. npm start -- --help lists the options.`])
  }
}
