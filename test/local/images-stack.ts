/** A whole local stack, with the hands of a mini program's user and eyes that see into the bucket of pictures. */

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import * as v from 'valibot'
import { expect, vi } from 'vitest'

import type { Environment } from '../../local/environment.ts'
import { headerOf } from '../images/pictures.ts'
import { localAws } from '../opened.ts'
import { openWholeStack, signal } from './whole-stack.ts'

const Bucket = 'queqiao-local-images'

const formAnswer = v.object({
  id: v.string(),
  upload: v.object({ url: v.string(), fields: v.record(v.string(), v.string()) }),
  imageUrl: v.string(),
  expiresIn: v.number(),
})

/** What `POST /images` answers. */
export type Form = v.InferOutput<typeof formAnswer>
type ImagesStack = Awaited<ReturnType<typeof openOnFreePorts>>

/**
 * Opens the stack on free ports; `more` is what its functions find in their environment besides. A first picture has
 * gone all the way when it resolves: it loads each function's code, for which a busy machine takes many seconds.
 */
export async function openImagesStack(more: Environment = {}) {
  const stack = await openOnFreePorts(more)
  try {
    await sendFirstPicture(stack)
    return stack
  } catch (error) {
    await stack.close()
    throw error
  }
}

async function sendFirstPicture(stack: ImagesStack): Promise<void> {
  const token = await stack.logIn()
  const file = headerOf('image/png', { width: 1, height: 1 })
  const form = await stack.formFor(token, { contentType: 'image/png', size: file.length })
  await post(form, file)
  const seen = async () => expect(await stack.state(token, form)).toMatchObject({ state: 'served' })
  await vi.waitFor(seen, { timeout: 60_000, interval: 100 })
}

async function openOnFreePorts(more: Environment) {
  const stack = await openWholeStack({ ...process.env, ...more })
  const { box, api } = stack
  const s3 = new S3Client({ endpoint: stack.addresses.s3, ...localAws, forcePathStyle: true })
  const newPerson = async () => (await stack.person()).id
  const ask = (bearer: string, body: object) => stack.call('/images', { body, bearer })

  return {
    ...stack,
    newPerson,
    /** The session token of this person, or of somebody new. */
    async logIn(person?: number): Promise<string> {
      const id = person ?? (await newPerson())
      const body = v.parse(v.object({ code: v.string() }), await box(`/people/${id}/login`, {}))
      return v.parse(v.object({ token: v.string() }), await api('/login', { body })).token
    },
    ask,
    formFor: async (bearer: string, body: object) => v.parse(formAnswer, (await ask(bearer, body)).body),
    state: async (bearer: string, { id }: Pick<Form, 'id'>) => api(`/images/${id}`, { bearer }),
    file: (Key: string) => s3.send(new GetObjectCommand({ Bucket, Key })),
    keysIn: async (Prefix: string) =>
      ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).flatMap(it => it.Key ?? []),
    async close() {
      s3.destroy()
      await stack.close()
    },
  }
}

/** Posts as wx.uploadFile does: the fields first, then the file as `file`. */
export async function post({ upload }: Form, file: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...upload.fields, ...more })) form.append(name, value)
  form.append('file', new Blob([file]), 'picture.png')
  const answer = await fetch(upload.url, { method: 'POST', body: form, signal: signal() })
  return { status: answer.status, code: /<Code>(\w+)</.exec(await answer.text())?.[1] }
}

/** The key under which a picture is served. */
export const keyOf = ({ imageUrl }: Form) => new URL(imageUrl).pathname.slice(1)
export const uploadKeyOf = ({ upload }: Form) => upload.fields.key ?? ''
