/** How messages are encrypted: 明文, 兼容, 安全. */
export const callbackModes = ['plain', 'compatible', 'secure'] as const

/** The format of messages; only the mini program's console offers a choice. */
export const callbackFormats = ['xml', 'json'] as const

/** Where callbacks go, in which format, and how they are signed. */
export type CallbackConfig = {
  url: string | undefined
  token: string
  aesKey: string
  mode: (typeof callbackModes)[number]
  format: (typeof callbackFormats)[number]
}
