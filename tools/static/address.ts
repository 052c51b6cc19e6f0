/** Where a stage keeps its static files, and where they are read. */

import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'

import { type Environment, readSettings } from '../../local/environment.ts'
import { reachableHost } from '../../local/ports.ts'
import { AskError, ask } from '../../local/stage/explain-failure.ts'
import { clientConfig, isLocal, type Place } from '../../local/stage/place.ts'

/** `url` is what the addresses of files begin with, before `/static/…`. */
export type Address = { readonly bucket: string; readonly url: string }

type Session = { readonly env: Environment; readonly signal: AbortSignal }

const answerLimitMs = 15_000

/** Finds it: the stack writes both into SSM Parameter Store; locally they are known. */
export async function findAddress(place: Place, { env, signal: abortSignal }: Session): Promise<Address> {
  if (isLocal(place)) {
    const { host, ports } = readSettings(env)
    return { bucket: `queqiao-${place.stage}-static`, url: `http://${reachableHost(host)}:${ports.api}` }
  }
  const names = ['static-bucket', 'files-url'].map(it => `/queqiao/${place.stage}/${it}`)
  const ssm = new SSMClient(clientConfig(place, answerLimitMs))
  const asked = { service: 'SSM', what: `parameters ${names.join(', ')}`, right: `ssm:GetParameters on ${names[0]}` }
  const command = new GetParametersCommand({ Names: names, WithDecryption: false })
  const { Parameters = [] } = await ask(place, asked, ssm.send(command, { abortSignal }))
  const [bucket, url] = names.map(name => Parameters.find(it => it.Name === name)?.Value)
  if (bucket !== undefined && url !== undefined) return { bucket, url }
  throw new AskError(
    `${place.region} has no stage ${place.stage} with static files: check --stage and --region, or deploy the stage first`,
  )
}
