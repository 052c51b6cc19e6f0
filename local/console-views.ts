/** The views Events and Work of the local stack's console: what `./queqiao console` shows of a stage, and what was seen here. */

import type { Closing } from './closing.ts'
import { createConsole, isOfConsole } from './console-api/api.ts'
import type { Environment, Settings } from './environment.ts'
import type { Endpoints } from './functions-environment.ts'
import { createHistory } from './history/history.ts'
import { openPhones } from './history/phones.ts'
import type { Report } from './lists.ts'
import { AskError } from './stage/explain-failure.ts'
import { openStage } from './stage/open-stage.ts'
import type { Beside, WeChatBox } from './wechat/server.ts'

type Options = {
  settings: Settings
  env: Environment
  onFunctionLine: (line: string) => void
  report: Report
}
type ConsoleViews = {
  /** What the box's server adds to its own console. */
  beside: Beside
  /** Takes each line of the functions, and hands it on. */
  onFunctionLine: (line: string) => void
  setBox: (box: WeChatBox | undefined) => void
}

/** Everything is on this machine: looking costs nothing but a little work, and that only while a page is open. */
const lookEveryMs = 1000

/** Opens them; nothing is asked before somebody looks. */
export function openConsoleViews(
  { settings, env, onFunctionLine, report }: Options,
  endpoints: Endpoints,
  closing: Closing,
): ConsoleViews {
  const over = new AbortController()
  let box: WeChatBox | undefined
  const sleep = (ms: number) => new Promise<void>(resolve => void setTimeout(resolve, ms).unref())
  const session = { env: envOf(env, settings, endpoints), now: Date.now, signal: over.signal, sleep }
  const stage = openStage({ stage: 'local' }, session)
  const history = createHistory({ apps: () => stage().apps })
  // What nobody expected is told by its name alone: its text may have anything.
  const explain = (error: unknown) => {
    if (error instanceof AskError) return error.message
    report(`the console failed: ${error instanceof Error ? error.name : 'unknown'}`)
    return undefined
  }
  const phones = openPhones(() => box)
  const opened = createConsole(() => ({ ...stage(), history, phones, isWriting: true }), { explain })
  const looking = setInterval(() => void opened.look(), lookEveryMs)
  closing.add(() => {
    over.abort()
    clearInterval(looking)
    opened.close()
  })
  return {
    beside: { owns: isOfConsole, serve: opened.serve },
    onFunctionLine: line => {
      history.add(line)
      onFunctionLine(line)
    },
    setBox: it => {
      box = it
    },
  }
}

/** The ports and endpoints as the stack uses them, by the variables that the command line reads. */
function envOf(
  env: Environment,
  { host, ports, region, isTestAccount }: Settings,
  { sqs, dynamodb }: Endpoints,
): Environment {
  return {
    ...env,
    ...{
      HOST: host,
      LAMBDA_PORT: `${ports.lambda}`,
      AWS_REGION: region,
      TEST_ACCOUNT: isTestAccount ? 'on' : undefined,
    },
    ...{ AWS_ENDPOINT_URL_SQS: sqs, AWS_ENDPOINT_URL_DYNAMODB: dynamodb },
  }
}
