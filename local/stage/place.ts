/** Where a service of a stage answers: on AWS, or in the local stack. */

import { existsSync } from 'node:fs'

import { type Environment, readSettings, type Settings } from '../environment.ts'
import { type Credentials, chooseCredentials } from '../functions-environment.ts'
import { reachableHost } from '../ports.ts'

/** A stage; `region` is absent for the local stack, `profile` unless one is named. */
export type Stage = { readonly stage: string; readonly region?: string; readonly profile?: string }

export const localStage = 'local'

export type Place = OnAws | Local
export type OnAws = { readonly stage: string; readonly region: string; readonly profile?: string }
export type Local = OnAws & { readonly endpoint: string; readonly credentials: Credentials }
export type Service = 'lambda' | 'sqs' | 'dynamodb' | 's3'

const connectLimitMs = 5000

/** Finds a service of the stage; of the local stack by the variables that `npm start` reads. */
export function findPlace({ stage, region, profile }: Stage, service: Service, env: Environment): Place {
  if (stage !== localStage && region !== undefined)
    return { stage, region, ...(profile === undefined ? {} : { profile }) }
  if (existsSync('.env')) process.loadEnvFile('.env')
  const settings = readSettings(env)
  const credentials = chooseCredentials(env, settings)
  return { stage, region: settings.region, endpoint: endpointOf(service, settings), credentials }
}

/** What an SDK client is made with; without a limit an answer may take as long as it likes, and is asked for once. */
export function clientConfig(place: Place, answerLimitMs?: number) {
  const { region, profile } = place
  const limits = answerLimitMs === undefined ? {} : { requestTimeout: answerLimitMs, throwOnRequestTimeout: true }
  const requestHandler = { connectionTimeout: connectLimitMs, ...limits }
  if (!isLocal(place)) return { region, requestHandler, ...(profile === undefined ? {} : { profile }) }
  const { endpoint, credentials } = place
  // What fails locally is told soon, but an emulator closes a kept connection in the moment in which it is used again.
  return { region, endpoint, credentials, maxAttempts: answerLimitMs === undefined ? 1 : 2, requestHandler }
}

/** Tells the local stack from AWS. */
export function isLocal(place: Place): place is Local {
  return 'endpoint' in place
}

/** Says where it is, in one word. */
export function whereIs(place: Place): string {
  return isLocal(place) ? place.endpoint : place.region
}

/** Where a function writes its log. */
export function logOf(place: Place, fileName: string): string {
  if (isLocal(place)) return 'in the terminal of npm start'
  return `npx --no sls logs -f ${fileName} --stage ${place.stage} --region ${place.region}`
}

function endpointOf(service: Service, { host, ports, endpoints }: Settings): string {
  switch (service) {
    case 'lambda':
      return `http://${reachableHost(host)}:${ports.lambda}`
    case 'sqs':
      return endpoints.sqs ?? `http://127.0.0.1:${ports.sqs}`
    case 'dynamodb':
      return endpoints.dynamodb ?? `http://127.0.0.1:${ports.dynamodb}`
    case 's3':
      return endpoints.s3 ?? `http://127.0.0.1:${ports.sqs}`
  }
}
