/** Pictures that WeChat checks, on the whole local stack: what the bucket holds and the address gives, verdict by verdict. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { toSqsEvent } from '../../local/event-batch.ts'
import { invokeFunction } from '../../local/invoke.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { leaksIn } from '../canary.ts'
import { openForAll } from '../for-all.ts'
import { pictureOf } from '../images/pictures.ts'
import { patience } from '../patience.ts'
import { type Form, keyOf, openImagesStack, post } from './images-stack.ts'
import { eventually } from './whole-stack.ts'

const size = { width: 640, height: 480 }
const picture = pictureOf('image/png', size, 5000)
const known = { contentType: 'image/png', size: picture.length, ...size }
const stack = openForAll(() => openImagesStack({ IMAGE_CHECK: 'on' }))

const heldAnswer = v.object({ held: v.array(v.object({ event: v.string(), plain: v.string() })) })
const checksAnswer = v.object({
  checks: v.array(v.object({ traceId: v.string(), address: v.string(), outcome: v.string(), download: v.unknown() })),
})

const plan = (...outcomes: string[]) =>
  stack.box(
    '/media-checks',
    outcomes.map(outcome => ({ outcome })),
  )
const hold = () => stack.box('/callback', { app: 'mini', hold: true })
const held = async () => v.parse(heldAnswer, await stack.box('/callbacks?app=mini')).held
const release = async () => {
  await stack.box('/callback', { app: 'mini', hold: false })
  await stack.box('/callback/release', { app: 'mini' })
}

/** WeChat's own account of the checks of a picture. */
async function checksOf({ id }: Form) {
  const { checks } = v.parse(checksAnswer, await stack.box('/media-checks'))
  return checks.filter(it => it.address.includes(id))
}

/** What the bucket holds of a picture: each key's prefix. */
const placesOf = async ({ id }: Form) =>
  (await stack.keysIn('')).filter(it => it.includes(id)).map(it => it.split('/')[0])

/** What anybody meets at a picture's address, wherever that leads. */
async function look({ imageUrl }: Form) {
  const answer = await fetch(imageUrl, { signal: AbortSignal.timeout(patience.timeout) })
  const bytes = Buffer.from(await answer.arrayBuffer())
  return { status: answer.status, isPicture: bytes.includes(picture.subarray(0, 64)) }
}
const nothing = { status: 404, isPicture: false }

/** Uploads the picture, by somebody new. */
async function upload() {
  const token = await stack.logIn()
  const form = await stack.formFor(token, { contentType: 'image/png', size: picture.length })
  const state = () => stack.state(token, form)
  return { form, state, post: () => post(form, picture) }
}

/** Uploads it, and comes back when its verdict is made, and held. */
async function uploadUntilHeld(outcome: string) {
  await plan(outcome)
  await hold()
  const uploaded = await upload()
  expect(await uploaded.post()).toEqual({ status: 201, code: undefined })
  await eventually(held, [expect.objectContaining({ event: 'wxa_media_check' })])
  return uploaded
}

describe('a picture under check', () => {
  it('is read by WeChat and by nobody else, until it passes', async () => {
    const token = await stack.logIn()
    const { form, state } = await uploadUntilHeld('pass')

    await eventually(state, { id: form.id, state: 'checking', ...known, at: expect.any(String) })
    const [check] = await checksOf(form)
    expect(check).toMatchObject({ outcome: 'pass', download: { bytes: picture.length, type: 'image/png' } })
    await eventually(() => placesOf(form), ['checking'])
    expect(await look(form)).toEqual(nothing)
    // Where it lies for now, without WeChat's signature.
    expect(await look({ ...form, imageUrl: check?.address ?? '' })).toEqual({ status: 403, isPicture: false })
    expect(await stack.state(token, form)).toMatchObject({ status: 404, code: 'image-unknown' })

    await release()
    const { id, imageUrl } = form
    await eventually(state, { id, state: 'served', imageUrl, ...known, at: expect.any(String) })
    expect(await look(form)).toEqual({ status: 200, isPicture: true })
    expect(await (await stack.file(keyOf(form))).Body?.transformToByteArray()).toEqual(new Uint8Array(picture))
    await eventually(() => placesOf(form), ['images'])
    expect(await stack.state(token, form)).toMatchObject({ status: 404, code: 'image-unknown' })
    expect(await checksOf(form)).toHaveLength(1)
  })

  it.each(['risky', 'review'])('that is %s is never readable, and nothing is left of it', async outcome => {
    const { form, state, post } = await uploadUntilHeld(outcome)
    await eventually(state, expect.objectContaining({ state: 'checking' }))
    expect(await look(form)).toEqual(nothing)

    await release()
    await eventually(state, { id: form.id, state: 'refused', reason: outcome, ...known, at: expect.any(String) })
    await eventually(() => placesOf(form), [])
    expect(await look(form)).toEqual(nothing)

    // Its form is good for some minutes yet.
    expect(await post()).toMatchObject({ status: 201 })
    await eventually(() => placesOf(form), [])
    expect(await state()).toMatchObject({ state: 'refused', reason: outcome })
    expect(await look(form)).toEqual(nothing)
  })

  it('that WeChat cannot read three times is refused, and nothing is left of it', async () => {
    await plan('unreadable', 'unreadable', 'unreadable')
    const { form, state, post } = await upload()
    await post()
    for (const times of [1, 2, 3]) {
      await eventually(async () => (await checksOf(form)).map(it => it.outcome), Array(times).fill('unreadable'))
      expect(await state()).toMatchObject({ state: 'checking' })
      expect(await look(form)).toEqual(nothing)
      await hearAgain((await checksOf(form)).at(-1)?.traceId ?? '')
    }
    await eventually(state, { id: form.id, state: 'refused', reason: 'check-failed', ...known, at: expect.any(String) })
    await eventually(() => placesOf(form), [])
    expect(await checksOf(form)).toHaveLength(3)
  })
})

/**
 * The queue gives such a verdict out anew after a minute, which nobody here waits for. Within a second of the last
 * question the signed URL is the same, which WeChat takes for a repeat: then, too, it is to come again.
 */
async function hearAgain(traceId: string): Promise<void> {
  const verdict = { traceId, suggest: 'review', errcode: -1008 }
  const Body = JSON.stringify({ mini: defaultAccounts.mini.appid, verdict })
  const message = { MessageId: '1', ReceiptHandle: 'none', Body }
  const source = { region: 'us-east-1', queueArn: 'arn:aws:sqs:us-east-1:000000000000:queqiao-local-image-checks' }
  const event = toSqsEvent([{ ...message, Attributes: { ApproximateReceiveCount: '2' } }], source)
  const invoke = () =>
    invokeFunction(stack.addresses.invoke, 'queqiao-local-check-images', event, AbortSignal.timeout(patience.timeout))
  await eventually(invoke, { kind: 'answered', body: '{"batchItemFailures":[]}' })
}

describe('what WeChat does not check', () => {
  it.each([
    ['WebP', { contentType: 'image/webp', size: 5000 }, 415, 'image-type', 'image/jpeg, image/png, image/gif'],
    ['a byte more than it takes', { contentType: 'image/png', size: 10_000_001 }, 413, 'image-too-large', '10000000'],
  ])('is refused before a form is signed: %s', async (_what, body, status, code, told) => {
    const detail = expect.stringMatching(new RegExp(`${told}.*, for WeChat checks no other\\.$`))
    expect(await stack.ask(await stack.logIn(), body)).toMatchObject({ status, body: { code, detail } })
  })
})

it('neither the functions’ log nor their answers tell who uploads, nor by which signature', () => {
  expect(stack.lines.join('\n')).toMatch(/images\.served/)
  expect(leaksIn(stack.lines.join('\n'))).toEqual([])
  expect(stack.lines.join('\n')).not.toMatch(/X-Amz-|checking\//)
})
