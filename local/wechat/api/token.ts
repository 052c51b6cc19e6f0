/** GET token and POST stable_token (docs/wechat.md 3). */
import { field, textField } from '../json.ts'
import type { IssuedToken } from '../tokens.ts'
import { admit } from './credentials.ts'
import type { Outcome, SecretEndpoint } from './endpoint.ts'

const grant = 'client_credential'

/** GET /cgi-bin/token; a POST is read by its query as well, so an empty one lacks the appid. */
export const token = {
  auth: 'secret',
  method: 'any',
  answer: call => {
    const [appid, secret, grantType] = ['appid', 'secret', 'grant_type'].map(name => call.query.get(name) ?? '')
    const app = admit(call, { appid: appid ?? '', secret: secret ?? '', grantType: grantType ?? '', expected: grant })
    return 'errcode' in app ? app : issued(app.tokens.fetch())
  },
} satisfies SecretEndpoint

/** POST /cgi-bin/stable_token; a form body reads as if every field was absent. */
export const stableToken = {
  auth: 'secret',
  method: 'POST',
  answer: call => {
    const [appid, secret, grantType] = ['appid', 'secret', 'grant_type'].map(name => textField(call.body, name))
    const app = admit(call, { appid: appid ?? '', secret: secret ?? '', grantType: grantType ?? '', expected: grant })
    return 'errcode' in app ? app : issued(app.tokens.fetchStable(field(call.body, 'force_refresh') === true))
  },
} satisfies SecretEndpoint

function issued(token: IssuedToken): Outcome {
  return { json: JSON.stringify({ access_token: token.text, expires_in: token.expiresInSeconds }) }
}
