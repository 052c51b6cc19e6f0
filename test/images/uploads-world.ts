/** Uploads of two people, with the forms that are signed for them; the pictures' rows in memory. */

import { expect } from 'vitest'

import { appids } from '../../kit/app.ts'
import { memoryImages } from '../../kit/memory-stores.ts'
import { createUploadForms } from '../../lib/adapters/aws/s3-signer.ts'
import { getImage } from '../../lib/images/image.ts'
import { type ImagesDeps, takeImage } from '../../lib/images/images.ts'
import { id } from '../ids.ts'
import { twoPairs } from '../second-pair.ts'
import { keySet, sessionsWith } from '../session.ts'

const keys = keySet('one')
const lateEvening = Date.parse('2026-11-22T23:50:00+08:00')
export const png = { contentType: 'image/png', size: 1234 }
export const filesUrl = 'https://files.example.com'

export function openImages(more: Partial<ImagesDeps> = {}) {
  let wall = lateEvening
  let given = 0
  const lines: object[] = []
  const tell = (event: string, fields?: object) => void lines.push({ event, ...fields })
  const now = () => wall
  const sessions = sessionsWith(async () => keys, now)
  const images = memoryImages()
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: '' }
  const url = new URL('http://127.0.0.1:1/pictures')
  const deps: ImagesDeps = {
    ...{ apps: twoPairs, sessions, images, filesUrl, now },
    forms: createUploadForms({ url, bucket: 'pictures', region: 'us-east-1', credentials, now }),
    ...{ imagesPerDay: 3, isChecked: false, randomId: () => `${given++}`.padEnd(22, '_') },
    log: { debug: tell, info: tell, warn: tell, error: tell },
    ...more,
  }
  const bearer = async (who: string, mini = appids.mini) =>
    `Bearer ${await sessions.sign({ mini, miniOpenid: id(who) }, Math.floor(wall / 1000))}`
  return {
    images,
    lines,
    deps,
    take: async (body: unknown, who = 'mini-1', mini = appids.mini) =>
      takeImage({ authorization: await bearer(who, mini), body: JSON.stringify(body) }, deps),
    get: async (imageId: string | undefined, who = 'mini-1', mini = appids.mini) =>
      getImage({ authorization: await bearer(who, mini), id: imageId }, { sessions, images, filesUrl }),
    tick(ms: number) {
      wall += ms
    },
  }
}

export const refusal = (code: string, status: number, more: object = {}) =>
  expect.objectContaining({ name: 'RequestError', code, status, ...more })
