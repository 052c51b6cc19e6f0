import type { Environment, Settings } from './environment.ts'
import { reachableHost } from './ports.ts'

/** The endpoints that the functions use. */
export type Endpoints = {
  dynamodb: string
  sqs: string
  s3: string
  /** The S3 front end (s3-door), where phones upload and read. */
  s3Door: string
  /** The API's address for phones. */
  files: string
  ssm: string
  wechat: string
}

/** The credentials of the local stack; real ones only if the environment names its stores too. */
export type Credentials = {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Chooses credentials: real ones are only for stores that the environment names. */
export function chooseCredentials(env: Environment, settings: Pick<Settings, 'endpoints'>): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  const hasOwnStores = Object.values(settings.endpoints).some(endpoint => endpoint !== undefined)
  if (!hasOwnStores || !accessKeyId || !secretAccessKey) return { accessKeyId: 'local', secretAccessKey: 'local' }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

/** Builds the environment of the functions' process: the current one, without any other access to an AWS account. */
export function buildFunctionsEnvironment(env: Environment, settings: Settings, endpoints: Endpoints): Environment {
  const { AWS_PROFILE, AWS_SESSION_TOKEN, AWS_ENDPOINT_URL, NODE_OPTIONS, ...rest } = env
  const { accessKeyId, secretAccessKey, sessionToken } = chooseCredentials(env, settings)
  const { apps, isListed } = settings.wechat
  return {
    ...rest,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {}),
    AWS_REGION: settings.region,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    UPLOAD_URL: `${endpoints.s3Door}/queqiao-local-images`,
    FILES_URL: endpoints.files,
    AWS_ENDPOINT_URL_SSM: endpoints.ssm,
    WECHAT_API_URL: endpoints.wechat,
    // apps.json is bundled into them.
    WECHAT_OFFICIAL_APPID: isListed ? '' : apps.officials[0].appid,
    WECHAT_MINI_APPID: isListed ? '' : apps.minis[0].appid,
    API_URL: `http://${reachableHost(settings.host)}:${settings.ports.api}`,
    // One line for each event, login and callback; on AWS these are not logged.
    AWS_LAMBDA_LOG_LEVEL: 'DEBUG',
    CALLBACK_ENCRYPTION: env.CALLBACK_ENCRYPTION || 'optional',
    // Not in .esbuild, which `sls package` empties when it ends.
    BUILD_FOLDER: `.local/${settings.ports.api}`,
  }
}
