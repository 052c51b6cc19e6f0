/** The only access token of the stand-in for WeChat. */
export const standInToken = 'a-token-of-the-stand-in'
