/** The apps of the model: two Official Accounts and a mini program of one Open Platform account. */

import type { Apps } from '../../lib/apps.ts'
import { miniAppid, officialAppid, otherOfficialAppid } from '../ids.ts'

const brand = { kind: 'official', name: 'brand', appid: officialAppid } as const
const region = { kind: 'official', name: 'region', appid: otherOfficialAppid } as const

export const shop = { kind: 'mini', name: 'shop', appid: miniAppid, follows: brand } as const
export const apps: Apps = { officials: [brand, region], minis: [shop] }
export const accounts = apps.officials
