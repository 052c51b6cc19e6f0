/** Moves the box's clock, as the view of WeChat and an event that waits for midnight do. */
import { call } from '../../api.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { dateOf } from '../../ui.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** China has no summer time. */
const chinaMs = 8 * hourMs

/** How long it is until then, at this instant. */
export const toMidnight = now => dayMs - ((now + chinaMs) % dayMs)

/** Moves it by what `ms` says of the box's time when the button is pressed. */
export const moveClock = ms =>
  attempt(
    async () => call('/clock', { advance: ms((await call('/clock')).now) }),
    ({ now }) => t(`It is ${dateOf(now)} in China.`, `北京时间 ${dateOf(now)}。`),
  )
