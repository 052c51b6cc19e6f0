/** Line icons, 20 pixels, in the colour of the text. */
import { html } from './html.js'

const icon = path => () =>
  html`<svg class="glyph" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.7"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path} /></svg>`

export const Bridge = icon('M2 18c4-9 16-9 20 0M7 13v5m5-7v7m5-5v5')
export const Phone = icon('M8 2.5h8a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zM11 18.5h2')
export const Chats = icon(
  'M9.5 15.5c-.7 0-1.4-.1-2-.3L4.5 17l.6-2.7C3.5 13.2 2.5 11.5 2.5 9.7 2.5 6 6 3.5 10 3.5c3.6 0 6.7 2.1 7.3 5M15.8 10c-3.2 0-5.8 2.1-5.8 4.8s2.6 4.7 5.8 4.7c.6 0 1.2-.1 1.7-.2l2.5 1.2-.5-2.1c1.2-.9 2-2.1 2-3.6 0-2.7-2.5-4.8-5.7-4.8z',
)
export const Sun = icon(
  'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M19 5l-1.4 1.4M6.4 17.6 5 19',
)
export const Moon = icon('M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z')
export const Monitor = icon(
  'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V6A1.5 1.5 0 0 1 4 4.5zM9 20h6m-3-3.5V20',
)
export const Globe = icon(
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z',
)
export const Copy = icon('M9 9h10v11H9zM5 15V4h10')
export const Check = icon('M5 12.5 10 17.5 19 7')
export const Back = icon('M15 5 8 12l7 7')
export const Next = icon('M9 5l7 7-7 7')
export const Search = icon('M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM20 20l-4.5-4.5')
export const Keyboard = icon('M3 7h18v10H3zM6.5 10.5h.01m3.5 0h.01m3.5 0h.01m3.5 0h.01M8 13.5h8')
export const Menu = icon('M4 7h16M4 12h16M4 17h16')
export const Scan = icon('M4 8V4h4m8 0h4v4m0 8v4h-4m-8 0H4v-4M4 12h16')
export const Arrow = icon('M4 12h13M12 6l6 6-6 6M20 5v14')
export const Stack = icon('M12 3 3 8l9 5 9-5zM3 12.5l9 5 9-5M3 17l9 5 9-5')
export const Plus = icon('M12 5v14M5 12h14')
