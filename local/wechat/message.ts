/**
 * A template message on a phone; `app` is the name of the sending account, `person` the number of its owner, `at`
 * milliseconds of the box's clock.
 */
export type Message = {
  msgid: string
  app: string
  person: number
  openid: string
  templateId: string
  title: string
  data: Record<string, string>
  url?: string
  miniprogram?: { appid: string; pagepath?: string }
  clientMsgId?: string
  at: number
}
