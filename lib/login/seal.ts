/**
 * Encrypts the result of a login with the login code. The table of logins is unreadable without the code, which WeChat
 * accepts once within five minutes; so erasure requests need not touch it.
 */

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

import * as v from 'valibot'
import { isId, type MiniAppId, type MiniOpenId, type UnionId } from '../identifiers.ts'
import { validate } from '../validate.ts'
import type { LoginResult } from './ports.ts'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

const id = v.custom<MiniOpenId & UnionId>(isId)
const loginResult = v.variant('kind', [
  v.object({
    kind: v.literal('identity'),
    identity: v.object({ miniOpenid: id, unionid: v.exactOptional(id) }),
    issuedAt: v.number(),
    reach: v.picklist(['reachable', 'not-following', 'no-unionid', 'unknown']),
  }),
  v.object({ kind: v.literal('refused'), errcode: v.number(), rid: v.exactOptional(v.string()) }),
]) satisfies v.GenericSchema<unknown, LoginResult>

/** A wx.login code is one of its mini program's. */
export type LoginCode = { readonly mini: MiniAppId; readonly code: string }

/** The name of a code in the store. */
export function hashOfCode({ mini, code }: LoginCode): string {
  return createHash('sha256').update(`${mini} ${code}`).digest('hex')
}

/** Seals a result with its code. */
export function sealLogin(result: LoginResult, code: LoginCode): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, keyOf(code), iv)
  const body = [cipher.update(JSON.stringify(result)), cipher.final()]
  return Buffer.concat([iv, cipher.getAuthTag(), ...body]).toString('base64')
}

/** Decrypts a result with its code; throws on anything else. */
export function openLogin(sealed: string, code: LoginCode): LoginResult {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(algorithm, keyOf(code), bytes.subarray(0, ivBytes))
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString()
  return validate(loginResult, JSON.parse(text), 'a sealed login')
}

/** Differs from the hash that the store uses as its key. */
function keyOf({ mini, code }: LoginCode): Buffer {
  return createHash('sha256').update(`login result ${mini} ${code}`).digest()
}
