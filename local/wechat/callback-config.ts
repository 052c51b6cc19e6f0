/** How far messages are hidden: 明文, 兼容, 安全. */
export const callbackModes = ['plain', 'compatible', 'secure'] as const

/** Where callbacks go and how they are signed. */
export type CallbackConfig = {
  url: string | undefined
  token: string
  aesKey: string
  mode: (typeof callbackModes)[number]
}
