import { GetParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { importJWK } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../../local/environment.ts'
import { openParameterStore } from '../../local/parameter-store.ts'
import { listSecrets, makeSessionKeys } from '../../local/secrets.ts'
import { localAws } from '../opened.ts'

async function openClient(parameters: Record<string, string>) {
  const store = await openParameterStore(0, parameters)
  onTestFinished(() => store.close())
  return new SSMClient({ endpoint: store.url, ...localAws, maxAttempts: 1 })
}

describe('openParameterStore', () => {
  it('gives several parameters, and names those that are not there', async () => {
    const ssm = await openClient({ '/q/a': '1', '/q/b': '2' })

    const answer = await ssm.send(new GetParametersCommand({ Names: ['/q/a', '/q/b', '/q/c'], WithDecryption: true }))

    expect(answer.Parameters?.map(({ Name, Value }) => [Name, Value])).toEqual([
      ['/q/a', '1'],
      ['/q/b', '2'],
    ])
    expect(answer.InvalidParameters).toEqual(['/q/c'])
  })

  it('refuses what is not there by the name of SSM’s error', async () => {
    const ssm = await openClient({})

    await expect(ssm.send(new GetParameterCommand({ Name: '/q/a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    })
  })

  it('replaces a parameter only when told to', async () => {
    const ssm = await openClient({ '/q/a': '1' })
    const change = { Name: '/q/a', Value: '2' }

    await expect(ssm.send(new PutParameterCommand(change))).rejects.toMatchObject({ name: 'ParameterAlreadyExists' })
    await ssm.send(new PutParameterCommand({ ...change, Overwrite: true }))

    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/q/a' }))
    expect(Parameter).toMatchObject({ Value: '2', Version: 2 })
  })

  it('refuses more than ten names, as SSM does', async () => {
    const ssm = await openClient({})
    const Names = Array.from({ length: 11 }, (_, index) => `/q/${index}`)

    await expect(ssm.send(new GetParametersCommand({ Names }))).rejects.toMatchObject({ name: 'ValidationException' })
  })
})

describe('listSecrets', () => {
  it('names the secrets of the stage, with a private RSA key for sessions', async () => {
    const secrets = listSecrets('/queqiao/local', readSettings({}).wechat, await makeSessionKeys())

    expect(Object.keys(secrets)).toEqual(
      [
        ...['appsecret', 'callback-token', 'callback-aes-key'].map(it => `official-${it}`),
        ...['appsecret', 'callback-token', 'callback-aes-key'].map(it => `mini-${it}`),
        ...['session-keys', 'session-public-keys'],
      ].map(name => `/queqiao/local/${name}`),
    )
    const { keys } = JSON.parse(secrets['/queqiao/local/session-keys'] ?? '')
    expect(keys).toEqual([expect.objectContaining({ alg: 'RS256', use: 'sig', kid: expect.stringMatching(/^.{43}$/) })])
    await expect(importJWK(keys[0])).resolves.toMatchObject({ type: 'private' })
    const published = JSON.parse(secrets['/queqiao/local/session-public-keys'] ?? '').keys
    const { kty, kid, n, e } = keys[0]
    expect(published).toEqual([{ kty, kid, n, e }])
  })

  it('leaves out an AES key that there is not', async () => {
    const secrets = listSecrets('/q', { ...readSettings({}).wechat, callbackAesKey: '' }, await makeSessionKeys())

    expect(Object.keys(secrets).filter(it => it.endsWith('aes-key'))).toEqual([])
  })
})
