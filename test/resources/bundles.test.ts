/** What the functions are bundled with. */

import { createRequire } from 'node:module'

import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { readService } from '../../kit/service.ts'

const root = new URL('../../', import.meta.url).pathname
const { build: settings } = await readService()

describe('the AWS clients of a bundle', () => {
  it('take their credentials from where Lambda puts them, and hold no way to any others', async () => {
    const contents = `
      import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
      export const credentials = () => new DynamoDBClient({ region: 'us-east-1' }).config.credentials()`
    const stdin = { contents, resolveDir: root }
    const { outputFiles, metafile } = await build({
      ...{ ...settings, sourcemap: false, metafile: true, write: false, absWorkingDir: root, outdir: 'none' },
      stdin,
    })
    const module: { exports: { credentials(): Promise<unknown> } } = { exports: { credentials: async () => undefined } }
    const process_ = {
      ...process,
      env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' },
    }
    new Function('module', 'require', 'process', outputFiles[0]?.text ?? '')(
      module,
      createRequire(import.meta.url),
      process_,
    )
    expect(await module.exports.credentials()).toMatchObject({
      ...{ accessKeyId: 'key', secretAccessKey: 's', sessionToken: 't' },
    })
    const outputs = Object.values(metafile.outputs).flatMap(it => Object.keys(it.inputs))
    const providers = outputs.flatMap(it => /credential-provider-\w+|nested-clients/.exec(it)?.[0] ?? [])
    expect(new Set(providers)).toEqual(new Set(['credential-provider-env', 'credential-provider-node']))
  })
})
