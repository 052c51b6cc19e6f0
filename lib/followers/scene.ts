/** The scenes of follow codes: what a QR code of ours says, and WeChat's event repeats once it is scanned. */

import { randomBytes } from 'node:crypto'

declare const brand: unique symbol
/** Of the form of our scenes; whether it is one, and whose, only the store of codes knows. */
export type Scene = string & { readonly [brand]: true }

/** WeChat allows 64 characters; 24 random bytes nobody guesses. */
const prefix = 'queqiao_'
const randomLength = 24
const form = /^queqiao_[A-Za-z0-9_-]{32}$/

/** Makes a new scene. */
export function newScene(): Scene {
  const scene = `${prefix}${randomBytes(randomLength).toString('base64url')}`
  if (!isScene(scene)) throw new Error('a new scene has not the form of one')
  return scene
}

/** Tells whether a text has the form of our scenes; all others belong to other systems of the account. */
export function isScene(text: unknown): text is Scene {
  return typeof text === 'string' && form.test(text)
}
