/** How far messages are hidden: 明文, 兼容, 安全. */
export const callbackModes = ['plain', 'compatible', 'secure'] as const

/** How messages are written; only the mini program's console lets one choose. */
export const callbackFormats = ['xml', 'json'] as const

/** Where callbacks go, how they are written, and how they are signed. */
export type CallbackConfig = {
  url: string | undefined
  token: string
  aesKey: string
  mode: (typeof callbackModes)[number]
  format: (typeof callbackFormats)[number]
}
