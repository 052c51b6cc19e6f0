/** The parts of serverless that the plugin uses. */

import type { Parameters } from './parameters.ts'
import type { Outputs } from './paste.ts'
import type { Config, Template } from './stack.ts'

export type Serverless = {
  readonly serviceDir: string
  readonly configurationInput: { readonly params?: Readonly<Record<string, Parameters>> }
  readonly processedInput: { readonly options: { readonly param?: readonly string[] } }
  readonly servicePluginOutputs: Map<string, readonly string[]>
  readonly pluginManager: { getPlugins(): readonly object[] }
  readonly service: {
    getAllFunctionsNames(): readonly string[]
    /** Present once the service is packaged. */
    readonly provider: { readonly compiledCloudFormationTemplate?: Template }
  }
  readonly classes: { readonly Error: new (message: string, code: string) => Error }
  getProvider(name: 'aws'): {
    readonly naming: { getStackName(): string }
    getStage(): string
    getRegion(): string
    /** The SDK client configuration that serverless itself uses. */
    getAwsSdkV3Config(): ReturnType<Config>
  }
}
export type Tools = { readonly log: { notice(line: string): void } }
/** Serverless' plugin behind `sls info`, which reads a stack's outputs. */
export type Info = {
  getStackInfo(): Promise<void>
  gatheredData?: { readonly outputs: readonly { readonly OutputKey: string; readonly OutputValue: string }[] }
}

export function askingOf(serverless: Serverless, log: Tools['log']) {
  const provider = serverless.getProvider('aws')
  const config = () => provider.getAwsSdkV3Config()
  const place = { stack: provider.naming.getStackName(), stage: provider.getStage(), region: provider.getRegion() }
  return { ...place, config, tell: (line: string) => log.notice(line) }
}

export function templateOf({ service }: Serverless): Template {
  return service.provider.compiledCloudFormationTemplate ?? {}
}

export function stageOf(serverless: Serverless): string {
  return serverless.getProvider('aws').getStage()
}

/** `--param` overrides the stage's value, which overrides the default. */
export function parametersOf(serverless: Serverless): Parameters {
  const { params = {} } = serverless.configurationInput
  return { ...params.default, ...params[stageOf(serverless)], ...givenIn(serverless) }
}

/** Those of `--param` that serverless.yml does not have: serverless passes them over. */
export function unknownParametersOf(serverless: Serverless): string[] {
  const { default: known = {} } = serverless.configurationInput.params ?? {}
  return Object.keys(givenIn(serverless)).filter(it => !Object.hasOwn(known, it))
}

function givenIn({ processedInput }: Serverless): Readonly<Record<string, string>> {
  const given = (processedInput.options.param ?? []).map(it => [
    it.slice(0, it.indexOf('=')),
    it.slice(it.indexOf('=') + 1),
  ])
  return Object.fromEntries(given)
}

/** The stack's outputs so far; empty if there is no stack. */
export async function readOutputs(serverless: Serverless): Promise<Outputs> {
  const info = infoOf(serverless)
  const { isNoSuchStack } = await import('./stack.ts')
  await info.getStackInfo().catch(error => {
    if (!isNoSuchStack(error)) throw error
  })
  return outputsIn(info)
}

export function infoOf({ pluginManager }: Serverless): Info {
  const info = pluginManager.getPlugins().find(isInfo)
  if (info === undefined) throw new Error('serverless has no plugin that knows the stack')
  return info
}

function isInfo(plugin: object): plugin is Info {
  return 'getStackInfo' in plugin
}

export function outputsIn({ gatheredData }: Info): Outputs {
  return Object.fromEntries((gatheredData?.outputs ?? []).map(it => [it.OutputKey, it.OutputValue]))
}
