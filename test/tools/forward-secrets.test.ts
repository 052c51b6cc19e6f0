import { expect, it } from 'vitest'
import { leaksIn } from '../canary.ts'
import { openParameterStore } from './parameter-store.ts'
import { onAws, runTool } from './run-tool.ts'

const key = 'k'.repeat(43)
const prod = ['--stage', 'prod', '--region', 'cn-north-1']
const appids = { WECHAT_OFFICIAL_APPID: 'wx0123456789abcdef', WECHAT_MINI_APPID: 'wxfedcba9876543210' }

it('./queqiao secrets --forward writes the two keys of a server behind us, and nothing else', async () => {
  const ssm = await openParameterStore()
  const env = { ...onAws({ ssm: ssm.url }), ...appids }
  const run = (server: string, more: object) => runTool('secrets', [...prod, '--forward', server], { ...env, ...more })
  const wrong = await run('official', { FORWARD_TOKEN: 'their-token', FORWARD_AES_KEY: key })
  expect([wrong.code, wrong.stderr, ssm.stored.size]).toEqual([2, expect.stringContaining('FORWARD_TOKEN must be'), 0])
  const { code, stdout, stderr } = await run('official', { FORWARD_TOKEN: 'theirToken', FORWARD_AES_KEY: key })
  expect([code, leaksIn(stdout + stderr, ['theirToken', key])]).toEqual([0, []])
  expect(Object.fromEntries(ssm.stored)).toEqual({
    '/queqiao/prod/official-forward-token': 'theirToken',
    '/queqiao/prod/official-forward-aes-key': key,
  })
  const unknown = await run('crm', {})
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringContaining('--forward takes the name of a server, official'),
  ])
})
