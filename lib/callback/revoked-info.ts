/** Which data to erase after a person withdrew an authorisation, by the kinds listed in docs/wechat.md 9.9. */

/** `everything` about the person, the `pictures` that they uploaded, or `nothing`, if we store nothing of that kind. */
export type Revoked = 'everything' | 'pictures' | 'nothing'

/** All kinds that an app can be authorised for. */
const everything: ReadonlySet<string> = new Set(['301'])
/**
 * Kinds of data that we do not store. From a mini program: licence plate (1), address (2), invoice (3), bluetooth (4),
 * microphone (5), phone number (8), steps (12), position (13), mail address (16), a chosen place (18), nickname (19).
 * From pages of the Official Account, which send us nothing: address (201), invoice (202), coupons (203), microphone
 * (204), nickname and avatar (205), position (206), a chosen picture or video (207).
 */
const nothing: ReadonlySet<string> = new Set([
  ...['1', '2', '3', '4', '5', '8', '12', '13', '16', '18', '19'],
  ...['201', '202', '203', '204', '205', '206', '207'],
])

/**
 * Parses `RevokeInfo`, which may name several kinds; without any, the person withdrew everything.
 *
 * The other kinds may have been used to upload a picture, and a picture does not record its source: nickname and avatar
 * (6), camera (7), a chosen picture or video (14), a chosen file (15), the avatar component (20). Unknown new kinds
 * count as pictures too: they are partial, and no reason to erase the follower.
 */
export function revokedBy(revokeInfo: string | undefined): Revoked {
  const kinds = (revokeInfo ?? '').match(/\d+/g) ?? []
  if (kinds.length === 0 || kinds.some(it => everything.has(it))) return 'everything'
  return kinds.every(it => nothing.has(it)) ? 'nothing' : 'pictures'
}
