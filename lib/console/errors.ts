/** What the console cannot show or do, in words for whoever asked. */

export class ConsoleError extends Error {
  override readonly name = 'ConsoleError'
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}
