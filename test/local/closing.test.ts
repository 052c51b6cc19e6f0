import { expect, it } from 'vitest'
import { createClosing } from '../../local/closing.ts'
import { unhandledIn } from '../unhandled.ts'

// Nobody awaited the promise of what was added last: a part that failed to close ended the process amid the others.
it('closes what is added while all is being closed, whatever fails, and throws where it is awaited', async () => {
  const closing = createClosing()
  const first = Promise.withResolvers<void>()
  const closed: string[] = []
  closing.add(() => first.promise)
  const unhandled = await unhandledIn(async () => {
    const ended = closing.close()
    closing.add(() => void closed.push('late'))
    closing.add(() => Promise.reject(new Error('it hangs')))
    first.reject(new Error('it is gone'))
    await expect(ended).rejects.toThrow('not everything could be closed')
  })
  expect([closed, unhandled]).toEqual([['late'], []])
  await expect(closing.close()).rejects.toThrow('not everything could be closed')
})
