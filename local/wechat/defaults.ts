/** Names of the first pair, which a box always plays. */
export type AppName = 'official' | 'mini'

type Identity = { appid: string; appsecret: string }

/** The first pair; `originalId` is the `gh_…` name of each in what it pushes. */
export type Accounts = Record<AppName, Identity & { originalId: string }>

/** Identities that are obviously made up: nobody can mistake them for real secrets. */
export const defaultAccounts = {
  official: {
    appid: 'wx0ff1c1a1acc0a001',
    appsecret: '0ff1c1a10ff1c1a10ff1c1a10ff1c1a1',
    originalId: 'gh_0ff1c1a10001',
  },
  mini: {
    appid: 'wx0000313100003131',
    appsecret: '31313131313131313131313131313131',
    originalId: 'gh_000031310001',
  },
} satisfies Accounts

/** Token and EncodingAESKey (43 characters) of the message push, made up as well. */
export const defaultCallback = {
  token: 'queqiaoCallbackToken',
  aesKey: 'QueqiaoInABoxQueqiaoInABoxQueqiaoInABoxQueM',
} as const
