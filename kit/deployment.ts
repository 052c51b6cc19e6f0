/** The deployment's tables, queues and numbers, as serverless.yml and resources/ say them: nothing copies them. */

import { createRequire } from 'node:module'

import * as v from 'valibot'

import { readDeployment } from '../local/deployment.ts'
import { readFunctions, readYaml } from './service.ts'

/** What a parameter turns on. */
const optional = v.object({ resources: v.object({ on: v.unknown() }) })
const resources = v.object({ Resources: v.record(v.string(), v.looseObject({ Type: v.string() })) })
const readable: ReadonlySet<string> = new Set(['AWS::DynamoDB::Table', 'AWS::SQS::Queue'])

/** The names of tables and queues are short here. */
const read = (path: string) => readYaml(path, text => text.replaceAll(/\$\{self:custom\.names\.(\w+)\}/g, '$1'))
const { functions, timeout } = await readFunctions()
const chosen = await Promise.all(['image-checks', 'pass-on'].map(it => read(`resources/${it}.yml`)))
const files = await Promise.all(['tables', 'queues', 'images'].map(it => read(`resources/${it}.yml`)))
/** The queues of each Official Account, by the same short names. */
const shortly = async (variable: string) => (variable === 'sls:stage' ? 'local' : variable.split('.').at(-1))
const parked = await createRequire(import.meta.url)('../resources/parked.cjs')({ resolveVariable: shortly })
const made = [...files, parked, ...chosen.map(it => v.parse(optional, it).resources.on)].flatMap(it =>
  Object.entries(v.parse(resources, it).Resources),
)

/** Tables and queues by short names, and what feeds the functions. */
export const deployment = readDeployment({
  provider: { timeout },
  functions: Object.fromEntries(Object.entries(functions).map(([name, it]) => [name, { ...it, name }])),
  resources: { Resources: Object.fromEntries(made.filter(([, it]) => readable.has(it.Type))) },
})

/** What a function may take, in ms. */
export function timeoutMs(name: string): number {
  const found = functions[name]
  if (found === undefined) throw new Error(`serverless.yml has no function ${name}`)
  return (found.timeout ?? timeout) * 1000
}

/** How a queue feeds a function. */
export function feedOf(name: string) {
  const trigger = deployment.triggers.find(it => it.functionName === name)
  const queue = deployment.queues.find(it => it.logicalName === trigger?.queue)
  if (trigger === undefined || queue === undefined) throw new Error(`no queue feeds ${name}`)
  const { batchSize, maximumBatchingWindow, maximumConcurrency } = trigger
  return {
    size: batchSize,
    windowMs: maximumBatchingWindow * 1000,
    concurrency: maximumConcurrency,
    visibilityMs: Number(queue.attributes.VisibilityTimeout) * 1000,
  }
}

/** So long after its beginning a function still begins something new, in ms (lib/adapters/lambda.ts). */
export function beginsForMs(name: string): number {
  const limit = timeoutMs(name)
  return limit - Math.min(15_000, 0.6 * limit)
}
