/**
 * The domain's string types that must not be confused with one another.
 *
 * A person has one openid per app and one unionid for all apps of an Open Platform account (docs/wechat.md 2.1).
 */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Readonly<Record<Name, true>> }

/** The openid by which an Official Account knows a person. */
export type OpenId = Branded<'openid'>
/** The openid by which a mini program knows a person; the calls of Official Accounts refuse it (40003). */
export type MiniOpenId = Branded<'miniOpenid'>
/** The id that links a person's openids. */
export type UnionId = Branded<'unionid'>
/** The appid of an Official Account. */
export type OfficialAppId = Branded<'officialAppid'>
/** The appid of a mini program. */
export type MiniAppId = Branded<'miniAppid'>
export type AppId = OfficialAppId | MiniAppId

/** Any of the ids finds the person; an openid is worth nothing without its app. */
export type Address =
  | { readonly official: OfficialAppId; readonly openid: OpenId }
  | { readonly mini: MiniAppId; readonly miniOpenid: MiniOpenId }
  | { readonly unionid: UnionId }

type Parsed = OpenId & MiniOpenId & UnionId

/** Returns whether a text has the form of an openid or a unionid: 1 to 128 of letters, digits, `-` and `_`. */
export function isId(text: unknown): text is Parsed {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(text)
}

/** Tells whether a text has the form of an appid: `wx` and 16 hexadecimal digits. */
export function isAppId(text: unknown): text is OfficialAppId & MiniAppId {
  return typeof text === 'string' && /^wx[0-9a-f]{16}$/.test(text)
}

/** Shortens an id for logs: enough to compare two lines, too little to send a message to the person. */
export function maskId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-3)}` : '…'
}
