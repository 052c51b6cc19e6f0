/** The S3 keys of pictures: the prefix says what may be done with an object. */

import { createHash } from 'node:crypto'

import type { MiniAppId, MiniOpenId } from '../identifiers.ts'
import { type Image, imageTypes } from './ports.ts'

type Named = Pick<Image, 'id' | 'owner' | 'contentType'>

/** Characters kept of a 256-bit digest: 132 bits, enough to be unique. */
const nameLength = 22
const name = /^[A-Za-z0-9_-]{22}$/
const fileName = /\/([A-Za-z0-9_-]{22})(?:\.[a-z]+)?$/
const upload = /^uploads\/([A-Za-z0-9_-]{22})\/([A-Za-z0-9_-]{22})$/

/** A pseudonym for a person in keys; the openid cannot be derived from it. */
export function ownerOf(mini: MiniAppId, miniOpenid: MiniOpenId): string {
  return createHash('sha256').update(`${mini}:${miniOpenid}`).digest('base64url').slice(0, nameLength)
}

/** Returns whether a text has the form of a picture's id. */
export function isImageId(text: unknown): text is string {
  return typeof text === 'string' && name.test(text)
}

/** Returns whether a text has the form of an owner's pseudonym. */
export function isOwner(text: unknown): text is string {
  return isImageId(text)
}

/** All prefixes of an owner's pictures, in the order that a picture passes through them. */
export function placesOf(owner: string): string[] {
  return ['uploads', 'checking', 'images'].map(it => `${it}/${owner}/`)
}

/** Extracts the picture's id from a key under any prefix; undefined for other keys. */
export function idIn(key: string): string | undefined {
  return fileName.exec(key)?.[1]
}

/** The key that the client's form writes. */
export function uploadKey({ owner, id }: Pick<Image, 'id' | 'owner'>): string {
  return `uploads/${owner}/${id}`
}

/** Parses such a key; undefined for any other. */
export function parseUploadKey(key: string): Pick<Image, 'id' | 'owner'> | undefined {
  const [, owner, id] = upload.exec(key) ?? []
  return owner === undefined || id === undefined ? undefined : { owner, id }
}

/** Out of reach of further uploads while WeChat checks the picture. */
export function checkingKey(image: Named): string {
  return `checking/${fileOf(image)}`
}

/** The key it is served from; also its path below the URL of files. */
export function imageKey(image: Named): string {
  return `images/${fileOf(image)}`
}

function fileOf({ owner, id, contentType }: Named): string {
  return `${owner}/${id}.${imageTypes[contentType]}`
}
