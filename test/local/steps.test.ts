import { describe, expect, it } from 'vitest'
import { createSteps } from '../../local/steps.ts'

const step = {
  title: 'Someone follows',
  titleZh: '关注',
  address: 'POST http://127.0.0.1:3100/x',
  expected: 'reach is reachable',
  limitMs: 10,
}

function createRow(problems: string[] = []) {
  const written: string[] = []
  let time = 0
  const now = () => {
    time += 1500
    return time
  }
  const steps = createSteps({ write: text => written.push(text), now, problems: () => problems })
  return { written, steps }
}

describe('createSteps', () => {
  it('prints each step as it happens: number, words, address, elapsed time', async () => {
    const { written, steps } = createRow()

    const result = await steps.play(step, async () => ({ result: 7, told: 'reachable' }))

    expect(result).toBe(7)
    expect(written).toEqual([
      '1. Someone follows · 关注\n   POST http://127.0.0.1:3100/x\n',
      '   ✓ reachable  (1.5 s; 4.5 s since the start)\n',
    ])
  })

  it('says of a step that hangs what was expected, seen last, and in the functions’ log', async () => {
    const { steps } = createRow(['{"level":"ERROR","message":"boom"}'])

    const playing = steps.play(step, ({ saw }) => {
      saw('GET /reach → 200 {"reach":"unknown"}')
      return new Promise(() => undefined)
    })

    await expect(playing).rejects.toThrow(
      [
        '✗ Step 1 (Someone follows) did not finish within 0.0 s',
        '  address:  POST http://127.0.0.1:3100/x',
        '  expected: reach is reachable',
        '  seen last: GET /reach → 200 {"reach":"unknown"}',
        '  the functions’ last errors:',
        '    {"level":"ERROR","message":"boom"}',
      ].join('\n'),
    )
  })

  it('aborts the work of a step that hangs', async () => {
    const { steps } = createRow()
    const { promise: aborted, resolve } = Promise.withResolvers<void>()

    const playing = steps.play(step, ({ signal }) => {
      signal.addEventListener('abort', () => resolve())
      return new Promise(() => undefined)
    })

    await expect(playing).rejects.toThrow('Step 1')
    await expect(aborted).resolves.toBeUndefined()
  })

  it('names the second step when that one fails', async () => {
    const { steps } = createRow()
    await steps.play(step, async () => ({ result: undefined, told: 'done' }))

    const playing = steps.play({ ...step, title: 'They log in' }, () => Promise.reject(new Error('502')))

    await expect(playing).rejects.toThrow('✗ Step 2 (They log in) failed: 502')
  })
})
