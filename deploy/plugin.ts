/** Serverless plugin: looks at the parameters before anything is built, and says at the end what goes where. */

import type { S3ClientConfig } from '@aws-sdk/client-s3'

import { lostAddresses, type Parameters, problemsOf } from './parameters.ts'
import { linesAfterRemoval, linesToPaste, type Outputs } from './paste.ts'

type Serverless = {
  readonly serviceDir: string
  readonly configurationInput: { readonly params?: Readonly<Record<string, Parameters>> }
  readonly processedInput: { readonly options: { readonly param?: readonly string[] } }
  readonly servicePluginOutputs: Map<string, readonly string[]>
  readonly pluginManager: { getPlugins(): readonly object[] }
  readonly classes: { readonly Error: new (message: string, code: string) => Error }
  getProvider(name: 'aws'): {
    getStage(): string
    getRegion(): string
    /** What a client of the SDK asks AWS with, as serverless itself does. */
    getAwsSdkV3Config(): Promise<S3ClientConfig>
  }
}
type Tools = { readonly log: { notice(line: string): void } }
/** Serverless' own plugin behind `sls info`, which asks CloudFormation for what a stack gave. */
type Info = {
  getStackInfo(): Promise<void>
  gatheredData?: { readonly outputs: readonly { readonly OutputKey: string; readonly OutputValue: string }[] }
}

/** The local run has its own values, and no deployment. */
const localStage = 'local'

export default class {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>

  constructor(serverless: Serverless, _options: unknown, { log }: Tools) {
    let before: Outputs = {}
    this.hooks = {
      'before:package:initialize': async () => refuseIf(serverless, problemsIn(serverless)),
      'before:deploy:deploy': async () => {
        const outputs = await readOutputs(serverless)
        refuseIf(serverless, lostAddresses(outputs, parametersOf(serverless)))
      },
      'after:deploy:deploy': async () => {
        // Loaded only now: most commands need neither it nor the SDK.
        const { publishStatic } = await import('./publish-static.ts')
        const outputs = await readOutputs(serverless)
        await publishStatic({ ...askingOf(serverless, log), folder: serverless.serviceDir, outputs })
      },
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
    }
  }
}

function problemsIn(serverless: Serverless): string[] {
  const region = serverless.getProvider('aws').getRegion()
  return stageOf(serverless) === localStage ? [] : problemsOf({ ...parametersOf(serverless), region })
}

function askingOf(serverless: Serverless, log: Tools['log']) {
  const provider = serverless.getProvider('aws')
  const config = () => provider.getAwsSdkV3Config()
  return { stage: provider.getStage(), region: provider.getRegion(), config, tell: (line: string) => log.notice(line) }
}

function refuseIf({ classes }: Serverless, problems: readonly string[]): void {
  if (problems.length === 0) return
  const lines = problems.map(it => `\n  - ${it}`).join('')
  throw new classes.Error(`Nothing was deployed, for the parameters are not right:${lines}`, 'PARAMETERS')
}

function stageOf(serverless: Serverless): string {
  return serverless.getProvider('aws').getStage()
}

/** What `--param` gives goes before what the stage has, and that before the default. */
function parametersOf(serverless: Serverless): Parameters {
  const { configurationInput, processedInput } = serverless
  const { params = {} } = configurationInput
  const given = (processedInput.options.param ?? []).map(it => [
    it.slice(0, it.indexOf('=')),
    it.slice(it.indexOf('=') + 1),
  ])
  return { ...params.default, ...params[stageOf(serverless)], ...Object.fromEntries(given) }
}

/** What the stack gave so far: nothing if there is none yet, or if what is the matter with it will be told right after. */
async function readOutputs(serverless: Serverless): Promise<Outputs> {
  const info = infoOf(serverless)
  await info.getStackInfo().catch(() => undefined)
  return outputsIn(info)
}

function infoOf({ pluginManager }: Serverless): Info {
  const info = pluginManager.getPlugins().find(isInfo)
  if (info === undefined) throw new Error('serverless has no plugin that knows the stack')
  return info
}

function isInfo(plugin: object): plugin is Info {
  return 'getStackInfo' in plugin
}

function outputsIn({ gatheredData }: Info): Outputs {
  return Object.fromEntries((gatheredData?.outputs ?? []).map(it => [it.OutputKey, it.OutputValue]))
}
