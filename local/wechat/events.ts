/** Events of the Official Account as XML, the form in which it pushes them. */

/** An event about one person; `fields` stand behind the common ones, in this order. */
export type WeChatEvent = { openid: string; event: string; fields: Record<string, string> }

/** Fields that WeChat writes as bare numbers. */
const bareEvents = new Set(['MsgID', 'CreateTime'])

/** Writes the whole message. */
export function writeEvent(event: WeChatEvent, account: { originalId: string; createTime: number }): string {
  const fields = {
    ToUserName: account.originalId,
    FromUserName: event.openid,
    CreateTime: String(account.createTime),
    MsgType: 'event',
    Event: event.event,
    ...event.fields,
  }
  return wrap(Object.entries(fields).map(([name, value]) => element(name, value)))
}

/** Hides a message in its envelope: alone (secure), or behind its own plain elements (compatible). */
export function writeEnvelope(
  ciphertext: string,
  message: { plain: string; originalId: string; compatible: boolean },
): string {
  const encrypted = element('Encrypt', ciphertext)
  if (message.compatible) return message.plain.replace(/<\/xml>$/, () => `${encrypted}</xml>`)
  return wrap([element('ToUserName', message.originalId), encrypted])
}

function wrap(elements: readonly string[]): string {
  return `<xml>${elements.join('')}</xml>`
}

function element(name: string, value: string): string {
  if (bareEvents.has(name) && /^\d+$/.test(value)) return `<${name}>${value}</${name}>`
  return `<${name}><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`
}
