/** What FORWARD_URL and FORWARD_MODE may be; without the library of schemas, because every function reads variables. */

/** How a server takes pushes: 明文, 兼容 or 安全模式 of WeChat's console. */
export const pushModes = ['plain', 'compatible', 'secure'] as const
export type PushMode = (typeof pushModes)[number]

/** No name, password or fragment; without TLS this machine alone. */
export const forwardUrlForm = /^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)([/?][^\s#@]*)?$/

/** Reads how a server takes pushes; undefined for another word. */
export function readPushMode(text: string): PushMode | undefined {
  return pushModes.find(it => it === text)
}

/** Whether pushes may go to a URL: https anywhere, http to this machine alone. What its host resolves to is checked at each call. */
export function isForwardUrl(text: string): boolean {
  return forwardUrlForm.test(text) && URL.canParse(text)
}
