/** Collects what must be closed, while it is being opened. */
export type Closing = {
  /** Adds a part; the last one added is closed first, and one added after closing is closed at once. */
  add(close: () => unknown): void
  /** Closes everything once; a failing part does not keep the others open, and its error is thrown at the end. */
  close(): Promise<void>
}

/** Creates an empty collection of things to close. */
export function createClosing(): Closing {
  const parts: (() => unknown)[] = []
  let closed: Promise<void> | undefined

  async function closeAll(): Promise<void> {
    const errors: unknown[] = []
    for (let close = parts.pop(); close !== undefined; close = parts.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed')
  }

  return {
    add(close) {
      parts.push(close)
      // Closed even if another part failed to; a failure is thrown where somebody awaits it.
      closed = closed?.finally(closeAll)
      closed?.catch(() => undefined)
    },
    close() {
      closed ??= closeAll()
      return closed
    },
  }
}
