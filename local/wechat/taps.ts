/** What people do with an account's menu: the events of each kind of button (docs/wechat.md 9.12). */
import { createHash } from 'node:crypto'
import type { EventValue } from './events.ts'

/** The events that a tap on a menu can cause. */
export const tapEvents = [
  'CLICK',
  'VIEW',
  'view_miniprogram',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
] as const

/** One of them. */
export type TapEvent = (typeof tapEvents)[number]

/** A tap; `key` is the button's key, its URL (VIEW) or its page (view_miniprogram). */
export type Tap = {
  event: TapEvent
  key: string
  menuId?: string
  scanType: string
  scanResult: string
  /** How many pictures the person sends. */
  pictures: number
  latitude: number
  longitude: number
  scale: number
  label: string
  poiname: string
}

/** The fields of a tap's event. */
export function fieldsOfTap(tap: Tap): Record<string, EventValue> {
  const { event, key, menuId } = tap
  return { EventKey: key, ...(menuId !== undefined && { MenuId: menuId }), ...detailsOf(event, tap) }
}

/** Says whether a tap also sends pictures to the account. */
export function sendsPictures(event: TapEvent): boolean {
  return event.startsWith('pic_')
}

function detailsOf(event: TapEvent, tap: Tap): Record<string, EventValue> {
  if (event === 'scancode_push' || event === 'scancode_waitmsg')
    return { ScanCodeInfo: { ScanType: tap.scanType, ScanResult: tap.scanResult } }
  if (sendsPictures(event)) return { SendPicsInfo: picturesOf(tap.pictures) }
  return event === 'location_select' ? { SendLocationInfo: placeOf(tap) } : {}
}

function picturesOf(count: number): EventValue {
  const md5 = (number: number) => createHash('md5').update(`picture ${number}`).digest('hex')
  return { Count: count, PicList: { item: Array.from({ length: count }, (_, at) => ({ PicMd5Sum: md5(at) })) } }
}

/** Texts, although the same numbers of a location message are bare. */
function placeOf({ latitude, longitude, scale, label, poiname }: Tap): EventValue {
  return {
    Location_X: String(latitude),
    Location_Y: String(longitude),
    Scale: String(scale),
    Label: label,
    Poiname: poiname,
  }
}
