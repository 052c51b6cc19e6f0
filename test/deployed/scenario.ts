/** From an AWS account with nothing in it to a stage that works, through its changes, and back to nothing. */

import { isDeepStrictEqual } from 'node:util'

import { SQSClient } from '@aws-sdk/client-sqs'

import type { Closing } from '../../local/closing.ts'
import type { Steps } from '../../local/steps.ts'
import { playStory } from '../../local/story.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { openWeChat } from '../../local/wechat/server.ts'
import { createWeChatControl } from '../../local/wechat-control.ts'
import templates from '../../templates.json' with { type: 'json' }
import { copyCheckout } from '../checkout.ts'
import { playAccounts } from './accounts.ts'
import { readOutputs } from './aws.ts'
import { actAs, allocateAddress, answerEmulator, makeBusinessRole, takeBack } from './business.ts'
import { playChanges } from './changes.ts'
import { playChecks } from './checks.ts'
import { playFiles } from './files.ts'
import { playFirstFailure, playKeptTables } from './kept.ts'
import { type Ministack, openMinistack } from './ministack.ts'
import { createReach } from './reach.ts'
import { playRestore } from './restore.ts'
import { sign } from './sigv4.ts'
import { createCommands, documentedCommands, stack, stage } from './stage.ts'
import { createTrials, type Trials } from './trials.ts'
import { playWatched } from './watched.ts'

type Means = {
  readonly program: string
  readonly steps: Steps
  readonly closing: Closing
  readonly watch: (problems: () => string[]) => void
}

const { official, mini } = defaultAccounts
const appids = { WECHAT_OFFICIAL_APPID: official.appid, WECHAT_MINI_APPID: mini.appid }
const secrets = { WECHAT_OFFICIAL_SECRET: official.appsecret, WECHAT_MINI_SECRET: mini.appsecret }
/** The first two have been typed by whoever runs this test. */
const typed = [
  'git clone <this repository> queqiao && cd queqiao',
  'npm ci',
  `./queqiao secrets --stage ${stage}`,
  `WECHAT_OFFICIAL_APPID=wx… WECHAT_MINI_APPID=wx… npx --no sls deploy --stage ${stage}`,
]
const storyLimitMs = 60_000

export async function playDeployment({ program, steps, closing, watch }: Means): Promise<void> {
  const trials = createTrials(steps)
  const ministack = await trials.play('ministack and WeChat in a box start', '启动', async () => {
    const result = await openMinistack(program, closing)
    watch(result.problems)
    return { result, told: result.aws.endpoint }
  })
  const box = await openWeChat({ templates: Object.values(templates.local) })
  closing.add(box.close)

  const checkout = await copyCheckout()
  closing.add(checkout.remove)
  const means = { trials, wechat: box.url, checkout: checkout.folder }
  const { commands, signer, roles } = await deploy(ministack, means)
  const { HttpApiId } = await readOutputs(ministack.aws, stack)
  // Its other name, <id>.execute-api.localhost, has a /login of ministack's own; the doctor goes by that one.
  const api = `${ministack.aws.endpoint}/_aws/execute-api/${HttpApiId}/$default`
  const signGet = (url: string) => sign({ method: 'GET', url, service: 'execute-api' }, signer)
  const world = {
    api,
    wechat: box.url,
    control: createWeChatControl(box.url),
    ministack,
    commands,
    trials,
    sign: signGet,
    reach: createReach(ministack),
  }

  await trials.play(
    'The callback’s URL, Token and key are pasted into WeChat’s console',
    '填写消息推送',
    async ({ signal }) => {
      await world.control.pushTo(`${api}/callback`, await trials.readCallbackKeys(commands), signal)
      return { result: undefined, told: `${api}/callback` }
    },
  )
  const sqs = openSqs(ministack, signer)
  closing.add(() => sqs.destroy())
  const eventsQueueUrl = `${ministack.aws.endpoint}/000000000000/${stack}-events`
  const deployed = { ...world, limitMs: storyLimitMs }
  const { templateId } = templates.local['order-paid']
  await playStory({ api, wechat: box.url, eventsQueueUrl, sqs, templateId, deployed }, steps)

  await playFiles(world)
  await playChecks(world)
  await playWatched(world)
  await playChanges(world)
  const more = await playAccounts(world, { checkout: checkout.folder, sqs, eventsQueueUrl })
  await playRestore(world)
  await playKeptTables(world, () => takeBack(ministack.aws, [...new Set([...roles, ...more])]))
}

type Deploying = { readonly trials: Trials; readonly wechat: string; readonly checkout: string }

/** What a newcomer does after `npm ci`: secrets, and the deployment. */
async function deploy(ministack: Ministack, { trials, wechat, checkout }: Deploying) {
  const { aws } = ministack
  const role = await makeBusinessRole(aws)
  // ministack knows neither an Elastic IP nor a NAT in a template: one is brought along, and nothing leaves by it.
  const egress = { EGRESS: 'none', EGRESS_ALLOCATION_ID: await allocateAddress(aws) }
  // It decides no condition by the partition, so it would make no CloudFront.
  const emulator = { ...egress, FILES: 'api', WECHAT_API_URL: wechat, PRODUCER_ROLES: role }
  const commands = createCommands(ministack, { appids, secrets, emulator, checkout })
  await trials.play('docs/deploy.md is followed to the letter', '按文档操作', async () => {
    const documented = await documentedCommands()
    if (!isDeepStrictEqual(documented, typed)) throw new Error(`docs/deploy.md says\n${documented.join('\n')}`)
    const values = Object.keys({ ...appids, ...secrets })
    return { result: undefined, told: `${typed.length} commands, ${values.length} values: ${values.join(', ')}` }
  })
  await trials.tool('./queqiao secrets writes what is secret', '写入密钥', () => commands.tool('secrets'))
  await playFirstFailure({ trials, commands, ministack })
  const roles = await trials.play('sls deploy', '部署', async () => {
    await commands.sls('deploy')
    const result = await answerEmulator(aws, stack)
    return { result, told: `the stack ${stack} is there; ${result.length} roles are put in the emulator’s words` }
  })
  return { commands, roles, signer: await actAs(aws, role) }
}

function openSqs(
  { aws }: Ministack,
  { accessKeyId, secretAccessKey, sessionToken, region }: Awaited<ReturnType<typeof actAs>>,
) {
  return new SQSClient({ endpoint: aws.endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } })
}
