/** What a message shows, in the names that the control API uses; which members there are depends on its type. */
export type MessageContent = {
  /** The text of a text message. */
  content?: string
  mediaId?: string
  thumbMediaId?: string
  picUrl?: string
  format?: string
  recognition?: string
  title?: string
  description?: string
  url?: string
  musicUrl?: string
  hqMusicUrl?: string
  latitude?: number
  longitude?: number
  scale?: number
  label?: string
  articles?: readonly Article[]
  /** The lines of a menu message (msgmenu), and the texts above and below it. */
  items?: readonly { id: string; content: string }[]
  head?: string
  tail?: string
  appid?: string
  pagepath?: string
  /** The customer-service account that a message comes from, or is transferred to. */
  kfAccount?: string
}

/** One article of a news message. */
export type Article = { title: string; description: string; picUrl: string; url: string }
