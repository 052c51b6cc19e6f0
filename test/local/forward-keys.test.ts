import { expect, it } from 'vitest'
import { readSettings } from '../../local/environment.ts'
import { forwardSecretsIn, problemsOfForwardKeys } from '../../local/forward-keys.ts'
import { appSecretsOf } from '../../local/secrets.ts'
import { twoPairs } from '../second-pair.ts'

const target = { name: 'old-crm', url: 'https://crm.example.com/', mode: 'secure', answers: true } as const
const apps = { ...twoPairs, minis: [{ ...twoPairs.minis[0], forward: [target] }] as const }
const key = 'k'.repeat(43)

it('keys of servers behind us are taken from the environment, and those of the callback stand for the others', () => {
  expect(forwardSecretsIn({ FORWARD_TOKEN: 'abc', FORWARD_AES_KEY_OLD_CRM: key }, apps)).toEqual({
    'official-forward-token': 'abc',
    'old-crm-forward-aes-key': key,
  })
})

it('wrong ones are told by their variables alone', () => {
  const wrong = { FORWARD_TOKEN: 'a-b', FORWARD_AES_KEY_OLD_CRM: 'secret', FORWARD_AES_KEY: key }
  expect(problemsOfForwardKeys(wrong, apps)).toEqual([
    'FORWARD_TOKEN must be a Token: 3 to 32 letters and digits',
    'FORWARD_AES_KEY_OLD_CRM must be an EncodingAESKey: 43 letters and digits',
  ])
  expect(() => readSettings({ FORWARD_TOKEN: 'a-b' })).toThrow('FORWARD_TOKEN must be')
})

it('the local stack has them as secrets', () => {
  const secrets = appSecretsOf('/q', readSettings({ FORWARD_TOKEN: 'abc' }).wechat)
  expect(secrets['/q/official-forward-token']).toBe('abc')
})
