/**
 * The domain's string types that must not be confused with one another.
 *
 * A person has one openid per app and one unionid for all apps of an Open Platform account (docs/wechat.md 2.1).
 */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** A person's openid in the Official Account. */
export type OpenId = Branded<'openid'>
/** A person's openid in the mini program; the Official Account's API refuses it (40003). */
export type MiniOpenId = Branded<'miniOpenid'>
/** The id that links a person's openids. */
export type UnionId = Branded<'unionid'>
export type AppId = Branded<'appid'>

/** Any of the three ids identifies the person. */
export type Address = { readonly openid: OpenId } | { readonly miniOpenid: MiniOpenId } | { readonly unionid: UnionId }

type Parsed = OpenId & MiniOpenId & UnionId

/** Returns whether a text has the form of an openid or a unionid: 1 to 128 of letters, digits, `-` and `_`. */
export function isId(text: unknown): text is Parsed {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(text)
}

/** Returns whether a text has the form of an appid: `wx` and 16 hexadecimal digits. */
export function isAppId(text: unknown): text is AppId {
  return typeof text === 'string' && /^wx[0-9a-f]{16}$/.test(text)
}

/** Shortens an id for logs: enough to compare two lines, too little to send a message to the person. */
export function maskId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-3)}` : '…'
}
