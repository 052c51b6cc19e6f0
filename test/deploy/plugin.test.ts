import { expect, it } from 'vitest'

import Plugin from '../../deploy/plugin.ts'

const outputs = {
  EgressAddress: '203.0.113.7',
  EgressAllocationId: 'eipalloc-1',
  CallbackUrl: 'https://api.example.com/callback',
}

function openPlugin(stack: Readonly<Record<string, string>> | undefined, params = {}) {
  const told: string[] = []
  const info = {
    gatheredData: { outputs: [] as { OutputKey: string; OutputValue: string }[] },
    getStackInfo: async () => {
      if (stack === undefined) throw new Error('no such stack')
      info.gatheredData.outputs = Object.entries(stack).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }))
    },
  }
  const serverless = {
    configurationInput: { params: { default: { egressAllocationId: '', egressAllocationId2: '', ...params } } },
    processedInput: { options: {} },
    servicePluginOutputs: new Map<string, readonly string[]>(),
    pluginManager: { getPlugins: () => [{}, info] },
    classes: { Error },
    getProvider: () => ({ getStage: () => 'prod' }),
  }
  const { hooks } = new Plugin(serverless, {}, { log: { notice: line => void told.push(line) } })
  return { told, serverless, info, run: async (hook: string) => hooks[hook]?.() }
}

it('shows with the other outputs what to paste where', async () => {
  const { run, info, serverless } = openPlugin(outputs)
  await info.getStackInfo()
  await run('after:aws:info:gatherData')
  expect(serverless.servicePluginOutputs.get('to paste')?.[0]).toMatch(/^203\.0\.113\.7 /)
})

it('says after a removal how the address is taken again', async () => {
  const { run, told } = openPlugin(outputs)
  await run('before:remove:remove')
  await run('after:remove:remove')
  expect(told).toEqual([expect.stringContaining('EGRESS_ALLOCATION_ID=eipalloc-1')])
})

it('lets a stage be deployed that is not there yet, and refuses one that would lose its address', async () => {
  await openPlugin(undefined).run('before:deploy:deploy')
  await openPlugin(outputs).run('before:deploy:deploy')
  const forgotten = openPlugin({ EgressAllocationId: 'eipalloc-1' }).run('before:deploy:deploy')
  await expect(forgotten).rejects.toThrow('EGRESS_ALLOCATION_ID must be eipalloc-1')
})
