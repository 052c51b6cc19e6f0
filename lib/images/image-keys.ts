/** Where a picture lies: the prefix says what may be done with it. */

import { createHash } from 'node:crypto'

import type { MiniAppId, MiniOpenId } from '../identifiers.ts'
import { type Image, imageTypes } from './ports.ts'

type Named = Pick<Image, 'id' | 'owner' | 'contentType'>

/** Of 256 bits so many characters: 132 bits, which nobody finds twice. */
const nameLength = 22
const name = /^[A-Za-z0-9_-]{22}$/
const fileName = /\/([A-Za-z0-9_-]{22})(?:\.[a-z]+)?$/
const upload = /^uploads\/([A-Za-z0-9_-]{22})\/([A-Za-z0-9_-]{22})$/

/** The name that stands for a person in keys, from which the openid cannot be read. */
export function ownerOf(mini: MiniAppId, miniOpenid: MiniOpenId): string {
  return createHash('sha256').update(`${mini}:${miniOpenid}`).digest('base64url').slice(0, nameLength)
}

/** Tells whether a text has the form of an image's id. */
export function isImageId(text: unknown): text is string {
  return typeof text === 'string' && name.test(text)
}

/** Tells whether a text has the form of an owner's name. */
export function isOwner(text: unknown): text is string {
  return isImageId(text)
}

/** All places of an owner's pictures, in the order in which a picture goes through them. */
export function placesOf(owner: string): string[] {
  return ['uploads', 'checking', 'images'].map(it => `${it}/${owner}/`)
}

/** Reads the id of a picture off a key in any of the places; undefined for what is no picture's. */
export function idIn(key: string): string | undefined {
  return fileName.exec(key)?.[1]
}

/** Where the client's form writes to. */
export function uploadKey({ owner, id }: Pick<Image, 'id' | 'owner'>): string {
  return `uploads/${owner}/${id}`
}

/** Reads such a key; undefined for any other. */
export function parseUploadKey(key: string): Pick<Image, 'id' | 'owner'> | undefined {
  const [, owner, id] = upload.exec(key) ?? []
  return owner === undefined || id === undefined ? undefined : { owner, id }
}

/** Where no upload reaches it while WeChat checks it. */
export function checkingKey(image: Named): string {
  return `checking/${fileOf(image)}`
}

/** Where it is served from; also its path behind the address of files. */
export function imageKey(image: Named): string {
  return `images/${fileOf(image)}`
}

function fileOf({ owner, id, contentType }: Named): string {
  return `${owner}/${id}.${imageTypes[contentType]}`
}
