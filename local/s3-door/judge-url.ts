/** Validates a presigned URL as S3 does: its signature, and that it has begun and not expired. */

import { createHash } from 'node:crypto'
import { S3Failure } from './failure.ts'
import { checkSignature, type Keeper, needed } from './signature.ts'

/** The request as received: the raw target, and the Host header. */
export type SignedRequest = { method: string; target: string; host: string }

/** The allowed clock difference. */
const skewMs = 15 * 60_000
const longestSeconds = 7 * 86_400

/** Validates a presigned GET; throws S3Failure. */
export function judgeUrl({ method, target, host }: SignedRequest, keeper: Keeper & { now: number }): void {
  const [path = '', search = ''] = target.split('?')
  const claim = new Map([...new URLSearchParams(search)].map(([name, value]) => [name.toLowerCase(), value]))
  const [date, seconds] = [needed(claim, 'x-amz-date'), Number(needed(claim, 'x-amz-expires'))]
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  const isReadable = Number.isInteger(seconds) && seconds >= 1 && seconds <= longestSeconds && signedAt > 0
  if (!isReadable || needed(claim, 'x-amz-signedheaders') !== 'host') {
    throw new S3Failure('AuthorizationQueryParametersError', 'Query-string authentication has a wrong parameter')
  }
  if (signedAt - skewMs > keeper.now) throw new S3Failure('AccessDenied', 'Request is not valid yet')

  const query = search
    .split('&')
    .filter(it => !/^x-amz-signature=/i.test(it))
    .toSorted()
    .join('&')
  const canonical = `${method}\n${path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const scope = needed(claim, 'x-amz-credential').split('/').slice(1).join('/')
  checkSignature(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash}`, claim, keeper)
  if (signedAt + seconds * 1000 <= keeper.now) throw new S3Failure('AccessDenied', 'Request has expired')
}
