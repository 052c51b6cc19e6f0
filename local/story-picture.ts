import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import { callJson } from './http-json.ts'
import { type Colour, drawPng } from './png.ts'
import type { StepContext, Steps } from './steps.ts'

/** Where the picture is uploaded. */
type Place = {
  readonly api: string
  readonly limitMs: number
  /** Fetches a URL that the stage gave out. */
  readonly reach: typeof fetch
}

const uploadSchema = v.object({
  upload: v.object({ url: v.string(), fields: v.record(v.string(), v.string()) }),
  imageUrl: v.string(),
})
const contentType = 'image/png'
const night: Colour = [24, 32, 64]
const gold: Colour = [232, 180, 72]
const [width, height] = [320, 160]

/** Uploads a picture like a mini program, and finds it where it is served. */
export async function playPicture(place: Place, steps: Steps, token: string): Promise<void> {
  const picture = drawBridge()
  const imageUrl = await sendUp(place, steps, { picture, token })
  await findServed(place, steps, { picture, imageUrl })
}

function sendUp({ api, limitMs, reach }: Place, steps: Steps, { picture, token }: { picture: Buffer; token: string }) {
  const step = {
    title: 'A picture goes up: a form straight to S3, signed for this one picture',
    titleZh: '上传图片：用签名表单直传 S3',
    address: `POST ${api}/images → POST to its upload.url`,
    expected: '201 from both',
    limitMs,
  }
  return steps.play(step, async ({ signal, saw }) => {
    const body = { contentType, size: picture.length }
    const asked = await callJson('POST', `${api}/images`, { body, bearer: token, signal })
    saw(asked.told)
    if (asked.status !== 201) throw new Error(asked.told)
    const { upload, imageUrl } = v.parse(uploadSchema, asked.body)
    const form = new FormData()
    for (const [name, value] of Object.entries(upload.fields)) form.append(name, value)
    form.append('file', new Blob([new Uint8Array(picture)], { type: contentType }), 'bridge.png')
    const sent = await reach(upload.url, { method: 'POST', body: form, signal })
    if (sent.status !== 201) throw new Error(`the form → ${sent.status} ${await sent.text()}`)
    return {
      result: imageUrl,
      told: `${picture.length} bytes in a form of ${Object.keys(upload.fields).length} fields`,
    }
  })
}

type Sent = { readonly picture: Buffer; readonly imageUrl: string }

function findServed({ limitMs, reach }: Place, steps: Steps, { picture, imageUrl }: Sent): Promise<void> {
  const step = {
    title: 'It is looked at, and served, byte for byte',
    titleZh: '检查后对外提供',
    address: `GET ${imageUrl}`,
    expected: `200 with the same ${picture.length} bytes`,
    limitMs,
  }
  return steps.play(step, async context => {
    const answer = await getServed(reach, imageUrl, context)
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (!bytes.equals(picture)) throw new Error(`${bytes.length} other bytes`)
    if (answer.headers.get('content-type') !== contentType) throw new Error('it comes as another type')
    return { result: undefined, told: `${contentType}, ${width} × ${height}, ${bytes.length} bytes` }
  })
}

/** It is there once a function has inspected it. */
async function getServed(reach: Place['reach'], url: string, { signal, saw }: StepContext): Promise<Response> {
  for (;;) {
    const answer = await reach(url, { signal })
    saw(`GET ${url} → ${answer.status}`)
    if (answer.status === 200) return answer
    await answer.body?.cancel()
    await delay(100, undefined, { signal })
  }
}

/** A bridge over the Milky Way. */
function drawBridge(): Buffer {
  return drawPng(width, height, (x, y) => {
    const arch = height - 40 - 80 * Math.sin((Math.PI * x) / width)
    return Math.abs(y - arch) < 6 ? gold : night
  })
}
