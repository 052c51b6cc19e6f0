/** Queqiao's API, without a slash at its end: here that of `npm start`; `npx --no sls deploy` prints a stage's. */
export const baseUrl = 'http://127.0.0.1:3000'

/**
 * Only for `npm start` without an account: whose login code WeChat in a box gives, here its first person's. With a real
 * appid, as on a deployed stage, it must be empty: the code is wx.login's.
 */
export const boxLogin: string = 'http://127.0.0.1:3100/_box/people/0/login'

/**
 * Where one deployment serves several mini programs: the name of this one in apps.json, as `npm run demo -- --accounts` has
 * shop and club. Empty for the default one.
 */
export const appName: string = ''

/** The Official Account's original id (原始 ID, gh_…), to open its page where official-account does not show. */
export const officialAccountId: string = ''
