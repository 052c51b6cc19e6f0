/** The messages of the followers queue: who followed, who unfollowed, and who is to be erased. */

import * as v from 'valibot'

import {
  type Address,
  isAppId,
  isId,
  type MiniAppId,
  type MiniOpenId,
  type OfficialAppId,
  type OpenId,
  type UnionId,
} from '../identifiers.ts'
import { isScene, type Scene } from './scene.ts'

const openid = v.custom<OpenId>(isId)
const openids = v.pipe(v.array(openid), v.maxLength(100))
/** The Official Account whose openids these are. */
const official = v.custom<OfficialAppId>(isAppId)
const whole = v.pipe(v.number(), v.integer(), v.minValue(0))

const followerNews = v.object({
  change: v.picklist(['follow', 'unfollow']),
  official,
  openids,
  at: whole,
  /** Of one who came by a follow code, or scanned one. */
  scene: v.exactOptional(v.custom<Scene>(isScene)),
  /** Set if their rows are to be put right as well: they were told of before, or everybody is looked up again. */
  isAgain: v.exactOptional(v.boolean()),
  /** Which message of a sync run this is (the field has its name of old), so that it can be told when the run is worked in. */
  walk: v.exactOptional(v.object({ beganAt: whole, isWhole: v.boolean(), step: whole, run: whole, message: whole })),
})

const address: v.GenericSchema<unknown, Address> = v.union([
  v.strictObject({ official, openid }),
  v.strictObject({ mini: v.custom<MiniAppId>(isAppId), miniOpenid: v.custom<MiniOpenId>(isId) }),
  v.strictObject({ unionid: v.custom<UnionId>(isId) }),
])

/** All that is known of where one person can be found. */
const who = v.pipe(v.array(address), v.readonly())

const erasure = v.object({
  change: v.literal('erase'),
  who,
  at: whole,
  /** Set on the second time, when what was under way during the first has ended. */
  isSecond: v.boolean(),
})

const pictureErasure = v.object({ change: v.literal('erase-pictures'), who, at: whole })
const expiry = v.object({ change: v.literal('expire'), official, openids, at: whole })

/** These openids followed, or unfollowed, at this instant (seconds, WeChat's clock). */
export type FollowerNews = v.InferOutput<typeof followerNews>
/** This person requested their erasure at this instant (seconds, WeChat's clock). */
export type Erasure = v.InferOutput<typeof erasure>
/** This person withdrew, at this instant (seconds, WeChat's clock), what a picture of theirs may have been made of. */
export type PictureErasure = v.InferOutput<typeof pictureErasure>
/** Whoever of these still does not follow, and unfollowed before this instant, is to be erased. */
export type Expiry = v.InferOutput<typeof expiry>
export type News = FollowerNews | Erasure | PictureErasure | Expiry
/** A message of the followers queue, and how often it was given out. */
export type Arrival = { readonly news: News; readonly receiptHandle: string; readonly receives: number }

const news = v.variant('change', [followerNews, erasure, pictureErasure, expiry])

/** Reads a message of the queue; throws on what is none. */
export function parseNews(body: string): News {
  return v.parse(v.pipe(v.string(), v.parseJson(), news), body)
}
