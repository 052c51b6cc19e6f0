import { callbackOf } from './plain-callback.ts'

export const handler = callbackOf(false)
