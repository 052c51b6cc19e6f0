/** The environment of functions that run here, whatever stands behind the addresses that they are given besides. */

import { defaultAccounts } from '../local/wechat/defaults.ts'

export const functionEnvironment = {
  STAGE: 'local',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'kit',
  AWS_SECRET_ACCESS_KEY: 'kit',
  AWS_LAMBDA_FUNCTION_NAME: 'kit',
  POWERTOOLS_SERVICE_NAME: 'queqiao',
  ACCESS_TOKEN_MODE: 'stable',
  RESULTS_BUS: 'off',
  TEST_ACCOUNT: 'off',
  TEMPLATE_METRICS: 'off',
  SECRETS_PREFIX: '/kit',
  QUOTA_RESERVE: '0',
  WECHAT_OFFICIAL_APPID: defaultAccounts.official.appid,
  WECHAT_MINI_APPID: defaultAccounts.mini.appid,
  TOKENS_TABLE: 'tokens',
  LINKS_TABLE: 'links',
  DELIVERIES_TABLE: 'deliveries',
  ATTEMPTS_TABLE: 'attempts',
  WALKS_TABLE: 'walks',
  EVENTS_QUEUE: 'events',
  FOLLOWERS_QUEUE: 'followers',
}

/** The appsecrets, where such functions look for them. */
export const functionSecrets = {
  '/kit/official-appsecret': defaultAccounts.official.appsecret,
  '/kit/mini-appsecret': defaultAccounts.mini.appsecret,
}
