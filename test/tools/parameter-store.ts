/** SSM Parameter Store for `./queqiao secrets`: keeps what is written, with its limits, and refuses what a test says. */

import { json } from 'node:stream/consumers'

import * as v from 'valibot'

import { openServer } from '../../kit/listen.ts'
import { untilEnd } from './session.ts'

type Refusal = { readonly type: string; readonly message: string }
type Refuse = (action: string, input: { readonly Value?: string }) => Refusal | undefined

/** What the stack itself writes is no secret. */
const plain = /\/(static-bucket|files-url)$/
/** More would need an advanced parameter, which costs by the month. */
const standardBytes = 4096
const writtenAt = Date.parse('2026-11-22T08:10:00Z')

const get = v.object({ Names: v.array(v.string()), WithDecryption: v.boolean() })
const put = v.object({
  Name: v.string(),
  Value: v.pipe(v.string(), v.maxBytes(standardBytes)),
  Type: v.literal('SecureString'),
  Overwrite: v.boolean(),
})

/** Opens the store with these parameters. */
export async function openParameterStore(closing = untilEnd, parameters: Readonly<Record<string, string>> = {}) {
  const stored = new Map(Object.entries(parameters))
  const written: { name: string; value: string; isReplacing: boolean }[] = []
  const decrypted: string[] = []
  /** The names of each request that decrypts. */
  const reads: (readonly string[])[] = []
  const refusing: { refuse: Refuse } = { refuse: () => undefined }

  function getParameters(input: unknown) {
    const { Names, WithDecryption } = v.parse(get, input)
    const found = Names.filter(it => stored.has(it))
    if (WithDecryption) {
      decrypted.push(...Names)
      reads.push(Names)
    }
    const Parameters = found.map(Name => {
      const isPlain = plain.test(Name)
      const Value = WithDecryption || isPlain ? stored.get(Name) : 'AQICAH=='
      return { Name, Value, Type: isPlain ? 'String' : 'SecureString', LastModifiedDate: writtenAt / 1000 }
    })
    return { Parameters, InvalidParameters: Names.filter(it => !stored.has(it)) }
  }

  function putParameter(input: unknown) {
    const { Name, Value, Overwrite } = v.parse(put, input)
    if (stored.has(Name) && !Overwrite) return { __type: 'ParameterAlreadyExists', message: 'set Overwrite' }
    stored.set(Name, Value)
    written.push({ name: Name, value: Value, isReplacing: Overwrite })
    return { Version: 1, Tier: 'Standard' }
  }

  function answer(action: string, input: { readonly Value?: string }): object {
    const refusal = refusing.refuse(action, input)
    if (refusal !== undefined) return { __type: refusal.type, message: refusal.message }
    try {
      return action === 'PutParameter' ? putParameter(input) : getParameters(input)
    } catch (error) {
      return { __type: 'ValidationException', message: `${error}` }
    }
  }

  const { url, close } = await openServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).replace('AmazonSSM.', '')
    const body = answer(action, (await json(request)) as { Value?: string })
    response.writeHead('__type' in body ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(body))
  })
  closing.add(close)
  return { url, stored, written, decrypted, reads, refusing }
}
