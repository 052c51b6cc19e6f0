/** Verifies Signature Version 4. Shares no code with the signer, or both could be wrong in the same way. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { S3Failure } from './failure.ts'

/** Whose signatures are accepted, and where. */
export type Keeper = {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  region: string
}

/** The signature fields of a request; names in lower case. */
export type Claim = ReadonlyMap<string, string>

/** Checks that `text` is signed as claimed; throws S3Failure. */
export function checkSignature(text: string, claim: Claim, { credentials, region }: Keeper): void {
  const [credential, date] = [needed(claim, 'x-amz-credential'), needed(claim, 'x-amz-date')]
  if (needed(claim, 'x-amz-algorithm') !== 'AWS4-HMAC-SHA256') {
    throw new S3Failure('InvalidArgument', 'Only AWS4-HMAC-SHA256 is supported')
  }
  const [accessKeyId, ...scope] = credential.split('/')
  if (accessKeyId !== credentials.accessKeyId || claim.get('x-amz-security-token') !== credentials.sessionToken) {
    throw new S3Failure('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
  }
  const day = date.slice(0, 8)
  const isScopeRight = scope.join('/') === `${day}/${region}/s3/aws4_request`
  if (!isScopeRight || !isSame(needed(claim, 'x-amz-signature'), sign(text, day, { credentials, region }))) {
    throw new S3Failure('SignatureDoesNotMatch', 'The request signature we calculated does not match yours.')
  }
}

/** Returns a required field; throws S3Failure. */
export function needed(claim: Claim, name: string): string {
  const value = claim.get(name)
  if (value === undefined) throw new S3Failure('AccessDenied', `${name} is missing`)
  return value
}

function sign(text: string, day: string, { credentials, region }: Keeper): string {
  const ofDay = hmac(`AWS4${credentials.secretAccessKey}`, day)
  const ofService = hmac(hmac(ofDay, region), 's3')
  return hmac(hmac(ofService, 'aws4_request'), text).toString('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
