/** Serverless plugin: checks the parameters before anything is built, and at the end says which value goes where. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { problemsOfLists } from './lists.ts'
import { lostAddresses, problemsOf } from './parameters.ts'
import { linesAfterRemoval, linesToPaste, type Outputs } from './paste.ts'
import { problemsOfPlace } from './place.ts'
import {
  askingOf,
  infoOf,
  outputsIn,
  parametersOf,
  readOutputs,
  type Serverless,
  stageOf,
  type Tools,
  templateOf,
  unknownParametersOf,
} from './serverless.ts'

/** The local stack has its own values, and no deployment. */
const localStage = 'local'

type Wait = (ms: number) => Promise<void>

export default class {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>

  constructor(serverless: Serverless, _options: unknown, { log }: Tools, wait: Wait = delay) {
    let before: Outputs = {}
    /** The stack's newest event before the change in progress. */
    let changing: { readonly since: string | undefined } | undefined
    this.hooks = {
      'before:package:initialize': async () => refuseIf(serverless, await problemsIn(serverless)),
      'before:deploy:deploy': async () => beforeDeployment(serverless, log),
      'before:aws:deploy:deploy:updateStack': async () => {
        changing = { since: await newestEventOf(serverless, log) }
      },
      'after:aws:deploy:deploy:updateStack': async () => {
        changing = undefined
      },
      'after:deploy:deploy': async () => afterDeployment(serverless, log),
      'after:aws:info:gatherData': async () => {
        serverless.servicePluginOutputs.set('to paste', linesToPaste(outputsIn(infoOf(serverless))))
      },
      'before:remove:remove': async () => {
        before = await readOutputs(serverless)
        const { emptyBuckets } = await import('./empty-buckets.ts')
        await emptyBuckets(before, askingOf(serverless, log))
      },
      'after:remove:remove': async () => {
        for (const line of linesAfterRemoval(before)) log.notice(line)
      },
      error: async () => {
        if (changing === undefined) return
        const { tellLeftBehind } = await import('./left-behind.ts')
        await tellLeftBehind({ ...askingOf(serverless, log), ...changing, wait })
      },
    }
  }
}

// Modules that call AWS are loaded where they are needed: most commands need neither them nor the SDK.

async function beforeDeployment(serverless: Serverless, log: Tools['log']): Promise<void> {
  const { tables = '', ...parameters } = parametersOf(serverless)
  if (stageOf(serverless) === localStage) refuseIf(serverless, ['--stage local is this machine: npm start runs it'])
  refuseIf(serverless, lostAddresses(await readOutputs(serverless), parameters))
  const { takeUpTables } = await import('./take-up.ts')
  const template = templateOf(serverless)
  refuseIf(serverless, await takeUpTables({ ...askingOf(serverless, log), template, tables: `${tables}` }))
}

async function newestEventOf(serverless: Serverless, log: Tools['log']): Promise<string | undefined> {
  const { stack, config } = askingOf(serverless, log)
  const { readNewestEventId, withCloudFormation } = await import('./stack.ts')
  return withCloudFormation(config, client => readNewestEventId(client, stack))
}

async function afterDeployment(serverless: Serverless, log: Tools['log']): Promise<void> {
  const outputs = await readOutputs(serverless)
  const { protectTables } = await import('./protect-tables.ts')
  const { tablesIn } = await import('./take-up.ts')
  const tables = tablesIn(templateOf(serverless)).map(it => it.name)
  await protectTables({ ...askingOf(serverless, log), tables, isKept: outputs.DataPolicy === 'Retain' })
  const { publishStatic } = await import('./publish-static.ts')
  await publishStatic({ ...askingOf(serverless, log), folder: serverless.serviceDir, outputs })
}

async function problemsIn(serverless: Serverless): Promise<string[]> {
  const stage = stageOf(serverless)
  if (stage === localStage) return []
  const region = serverless.getProvider('aws').getRegion()
  const parameters = parametersOf(serverless)
  const functionNames = serverless.service.getAllFunctionsNames()
  const read = (file: string) => readFile(join(serverless.serviceDir, file), 'utf8')
  return [
    ...unknownParametersOf(serverless).map(it => `--param ${it} is no parameter of serverless.yml`),
    ...problemsOf({ ...parameters, region }),
    ...problemsOfPlace(parameters, { stage, region, functionNames }),
    ...(await problemsOfLists(parameters, { stage, read })),
  ]
}

function refuseIf({ classes }: Serverless, problems: readonly string[]): void {
  if (problems.length === 0) return
  const lines = problems.map(it => `\n  - ${it}`).join('')
  throw new classes.Error(`Nothing was deployed, because of these parameters:${lines}`, 'PARAMETERS')
}
