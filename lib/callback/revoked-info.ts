/** What has to be forgotten of what a person withdrew: by the kinds that docs/wechat.md 9.9 lists. */

/** `everything` that is kept of the person, the `pictures` that they uploaded, or `nothing`, for none of it is kept. */
export type Revoked = 'everything' | 'pictures' | 'nothing'

/** All that an app was ever allowed. */
const everything: ReadonlySet<string> = new Set(['301'])
/**
 * What is kept nowhere here. Of a mini program: licence plate (1), address (2), invoice (3), bluetooth (4), microphone
 * (5), phone number (8), steps (12), position (13), mail address (16), a chosen place (18), nickname (19). Of pages of the
 * Official Account, from where nothing comes here: address (201), invoice (202), coupons (203), microphone (204), nickname
 * and avatar (205), position (206), a chosen picture or video (207).
 */
const nothing: ReadonlySet<string> = new Set([
  ...['1', '2', '3', '4', '5', '8', '12', '13', '16', '18', '19'],
  ...['201', '202', '203', '204', '205', '206', '207'],
])

/**
 * Reads `RevokeInfo`, which may name several kinds; without any the person withdrew all.
 *
 * The others may have given a picture, which does not say where it came from: nickname and avatar (6), camera (7), a chosen
 * picture or video (14), a chosen file (15), the avatar of the component for it (20). So may a kind that the page does not
 * name yet; it is a part, as all before it, and no reason to forget who follows.
 */
export function revokedBy(revokeInfo: string | undefined): Revoked {
  const kinds = (revokeInfo ?? '').match(/\d+/g) ?? []
  if (kinds.length === 0 || kinds.some(it => everything.has(it))) return 'everything'
  return kinds.every(it => nothing.has(it)) ? 'nothing' : 'pictures'
}
