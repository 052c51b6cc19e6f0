/** The packaged template, through cfn-lint: as a newcomer deploys it, and with everything turned on. */

import { join } from 'node:path'

import * as v from 'valibot'

import { packageStage } from '../resources/packaged.ts'
import { run } from './process.ts'

const everything = {
  SHARE_TOKENS: 'on',
  IMAGE_CHECK: 'on',
  PUSHES_BUS: 'pushes',
  PUSHES_QUEUE: 'pushes',
  RESULTS_BUS: 'shop',
  DOMAIN: 'api.example.com',
  HOSTED_ZONE_ID: 'Z0123456789',
  EGRESS: 'nat-instance',
  CALLBACK_CONCURRENCY: '50',
  CANARY_EVENT: '{"to":{"openid":"oPhone"},"templateId":"paid","data":{"thing1":"a"}}',
}
const arnsIn = (partition: string, region: string) => ({
  PRODUCER_ROLES: `arn:${partition}:iam::123456789012:role/shop`,
  ALARM_TOPIC: `arn:${partition}:sns:${region}:123456789012:ops`,
})
/** In China there is no CloudFront to turn on, and a template without what CloudFormation does not know there. */
const cloudFront = {
  FILES_DOMAIN: 'files.example.com',
  FILES_CERTIFICATE: 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
}
const partitions = [
  { regions: ['ap-southeast-1'], more: { ...cloudFront, ...arnsIn('aws', 'ap-southeast-1') } },
  { regions: ['cn-north-1', 'cn-northwest-1'], more: arnsIn('aws-cn', 'cn-north-1') },
]
const found = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ Level: v.string(), Message: v.string(), Rule: v.object({ Id: v.string() }) })),
)

/** Throws with what is wrong; answers what is to be told. */
export async function lintTemplates(cfnLint: string): Promise<string> {
  const told: string[] = []
  for (const { regions, more } of partitions) {
    const [region = ''] = regions
    const plain = await lint(cfnLint, { name: `deploy-test-plain-${region}`, env: { AWS_REGION: region }, regions })
    const env = { AWS_REGION: region, ...everything, ...more }
    const full = await lint(cfnLint, { name: `deploy-test-full-${region}`, env, regions })
    told.push(`0 errors in ${regions.join(', ')}; warnings: ${plain}, and with everything turned on ${full}`)
  }
  return told.join('; ')
}

type Linted = {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly regions: readonly string[]
}

async function lint(cfnLint: string, { name, env, regions }: Linted): Promise<number> {
  const packaged = await packageStage(name, env)
  try {
    const file = join(packaged.folder, 'out/cloudformation-template-update-stack.json')
    const { PATH = '' } = process.env
    const { output } = await run([cfnLint, '--format', 'json', '--regions', ...regions, '--', file], { PATH })
    const issues = v.parse(found, output)
    const errors = issues.filter(it => it.Level === 'Error').map(it => `${it.Rule.Id} ${it.Message}`)
    if (errors.length > 0) throw new Error(`cfn-lint finds errors in the template (${name}):\n${errors.join('\n')}`)
    return issues.length
  } finally {
    await packaged.remove()
  }
}
