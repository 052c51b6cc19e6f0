/** The messages of the followers queue: who followed, who unfollowed, and who is to be erased. */

import * as v from 'valibot'

import { isId, type MiniOpenId, type OpenId, type UnionId } from '../identifiers.ts'

const openid = v.custom<OpenId>(isId)
const openids = v.pipe(v.array(openid), v.maxLength(100))
const whole = v.pipe(v.number(), v.integer(), v.minValue(0))

const followerNews = v.object({
  change: v.picklist(['follow', 'unfollow']),
  openids,
  at: whole,
  /** Set if their rows are to be put right as well: they were told of before, or everybody is looked up again. */
  isAgain: v.exactOptional(v.boolean()),
  /** Which message of a sync run this is (the field has its name of old), so that it can be told when the run is worked in. */
  walk: v.exactOptional(v.object({ beganAt: whole, isWhole: v.boolean(), step: whole, run: whole, message: whole })),
})

const who = v.object({
  openid: v.exactOptional(openid),
  unionid: v.exactOptional(v.custom<UnionId>(isId)),
  miniOpenid: v.exactOptional(v.custom<MiniOpenId>(isId)),
})

const erasure = v.object({
  change: v.literal('erase'),
  who,
  /** Further ids of theirs, each alone. */
  also: v.exactOptional(v.array(who)),
  at: whole,
  /** Set on the second time, when what was under way during the first has ended. */
  isSecond: v.boolean(),
})

const pictureErasure = v.object({ change: v.literal('erase-pictures'), who, at: whole })
const expiry = v.object({ change: v.literal('expire'), openids, at: whole })

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
