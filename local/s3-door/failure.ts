/** S3's errors: its own codes, statuses and messages, as clients know them. */

const statuses = {
  AccessDenied: 403,
  AuthorizationQueryParametersError: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPolicyDocument: 400,
  MalformedPOSTRequest: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  SignatureDoesNotMatch: 403,
} as const

export type FailureCode = keyof typeof statuses

/** A request that S3 rejects. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure'
  readonly code: FailureCode
  readonly status: number

  constructor(code: FailureCode, message: string) {
    super(message)
    this.code = code
    this.status = statuses[code]
  }
}

/** The body of S3's answer. */
export function renderFailure({ code, message }: S3Failure): string {
  return renderXml('Error', { Code: code, Message: message })
}

/** An XML element with one text in each child. */
export function renderXml(name: string, children: Readonly<Record<string, string>>): string {
  const inner = Object.entries(children).map(([child, text]) => `<${child}>${escapeXml(text)}</${child}>`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}>${inner.join('')}</${name}>`
}

function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, it => `&#${it.charCodeAt(0)};`)
}
