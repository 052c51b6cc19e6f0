/**
 * Encrypts the result of a login with the login code. The table of logins is unreadable without the code, which WeChat
 * accepts once within five minutes; so erasure requests need not touch it.
 */

import { createHash } from 'node:crypto'

import * as v from 'valibot'
import { isId, type MiniAppId, type MiniOpenId, type UnionId } from '../identifiers.ts'
import { openText, sealText } from '../sealed.ts'
import { validate } from '../validate.ts'
import type { LoginResult } from './ports.ts'

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
  return sealText(JSON.stringify(result), secretOf(code))
}

/** Decrypts a result with its code; throws on anything else. */
export function openLogin(sealed: string, code: LoginCode): LoginResult {
  return validate(loginResult, JSON.parse(openText(sealed, secretOf(code))), 'a sealed login')
}

/** Differs from what the store's key is made of. */
function secretOf({ mini, code }: LoginCode): string {
  return `login result ${mini} ${code}`
}
