/** Serverless plugin: looks at the parameters before anything is built, and says at the end what goes where. */

import { type Parameters, problemsOf } from './parameters.ts'
import { linesAfterRemoval, linesToPaste, type Outputs } from './paste.ts'

type Serverless = {
  readonly configurationInput: { readonly params?: Readonly<Record<string, Parameters>> }
  readonly processedInput: { readonly options: { readonly param?: readonly string[] } }
  readonly serviceOutputs: Map<string, readonly string[]>
  readonly classes: { readonly Error: new (message: string, code: string) => Error }
  getProvider(name: 'aws'): Provider
}
type Provider = {
  readonly naming: { getStackName(): string }
  getStage(): string
  request(service: string, method: string, params: object): Promise<Stacks>
}
type Stacks = {
  readonly Stacks?: readonly {
    readonly Outputs?: readonly { readonly OutputKey: string; readonly OutputValue: string }[]
  }[]
}
type Tools = { readonly log: { notice(line: string): void } }

/** The local run has its own values, and no deployment. */
const localStage = 'local'

export default class {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>

  constructor(serverless: Serverless, _options: unknown, { log }: Tools) {
    const provider = serverless.getProvider('aws')
    let before: Outputs = {}
    this.hooks = {
      'before:package:initialize': async () => check(serverless, provider.getStage()),
      'after:aws:info:displayStackOutputs': async () => {
        serverless.serviceOutputs.set('paste into', linesToPaste(await outputsOf(provider)))
      },
      'before:remove:remove': async () => {
        before = await outputsOf(provider)
      },
      'after:remove:remove': async () => {
        for (const line of linesAfterRemoval(before)) log.notice(line)
      },
    }
  }
}

function check(serverless: Serverless, stage: string): void {
  const problems = stage === localStage ? [] : problemsOf(parametersOf(serverless, stage))
  if (problems.length === 0) return
  const lines = problems.map(it => `\n  - ${it}`).join('')
  throw new serverless.classes.Error(`Nothing was built, for the parameters are not right:${lines}`, 'PARAMETERS')
}

/** What `--param` gives goes before what the stage has, and that before the default. */
function parametersOf({ configurationInput: { params = {} }, processedInput }: Serverless, stage: string): Parameters {
  const given = (processedInput.options.param ?? []).map(it => [
    it.slice(0, it.indexOf('=')),
    it.slice(it.indexOf('=') + 1),
  ])
  return { ...params.default, ...params[stage], ...Object.fromEntries(given) }
}

async function outputsOf(provider: Provider): Promise<Outputs> {
  const answer = await provider.request('CloudFormation', 'describeStacks', {
    StackName: provider.naming.getStackName(),
  })
  const outputs = answer.Stacks?.[0]?.Outputs ?? []
  return Object.fromEntries(outputs.map(it => [it.OutputKey, it.OutputValue]))
}
