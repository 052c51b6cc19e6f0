import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { createSlots, inLanes, readAhead } from '../lib/pool.ts'

type Item = { readonly lane: string; readonly number: number }

/** Work that ends when it is told to. */
function openWork() {
  const running: (Item & { readonly end: () => void })[] = []
  const work = (item: Item) =>
    new Promise<void>(resolve => {
      const mine = {
        ...item,
        end: () => {
          running.splice(running.indexOf(mine), 1)
          resolve()
        },
      }
      running.push(mine)
    })
  return { running, work, busyOf: (lane: string) => running.filter(it => it.lane === lane).length }
}

const items = (lane: string, count: number): Item[] => Array.from({ length: count }, (_, number) => ({ lane, number }))
const trouble = new Set<string>()
const settle = () => new Promise<void>(resolve => setImmediate(resolve))

describe('inLanes', () => {
  it('gives a lane all of the width where no other waits', async () => {
    const { running, work, busyOf } = openWork()
    const done = inLanes([...items('much', 95), ...items('little', 5)], { width: 50, trouble }, work)
    expect([busyOf('much'), busyOf('little')]).toEqual([45, 5])
    for (const it of running.filter(({ lane }) => lane === 'little')) it.end()
    await settle()
    expect(busyOf('much')).toBe(50)
    while (running.length > 0) {
      running[0]?.end()
      await settle()
    }
    await done
  })

  it('lets a lane whose work hangs hold up none but itself', async () => {
    const { running, work, busyOf } = openWork()
    void inLanes([...items('hangs', 100), ...items('runs', 100)], { width: 10, trouble }, work)
    let ended = 0
    for (let next = running.find(it => it.lane === 'runs'); next; next = running.find(it => it.lane === 'runs')) {
      if (ended < 95) expect(busyOf('hangs')).toBe(5)
      next.end()
      ended += 1
      await settle()
    }
    expect(ended).toBe(100)
  })

  it('gives a lane in trouble what no other waits for', async () => {
    const { running, work, busyOf } = openWork()
    const both = [...items('ill', 50), ...items('well', 50)]
    void inLanes(both, { width: 30, trouble: new Set(['ill']) }, work)
    expect([busyOf('ill'), busyOf('well')]).toEqual([0, 30])
    for (const it of running.slice(0, 25)) it.end()
    await settle()
    expect([busyOf('ill'), busyOf('well')]).toEqual([5, 25])
  })

  it('does each piece of work once, never more at once than the width, whatever ends when', async () => {
    const lane = fc.constantFrom('a', 'b', 'c')
    await fc.assert(
      fc.asyncProperty(
        fc.array(lane, { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.subarray(['a', 'b', 'c']),
        fc.gen(),
        async (lanes, width, troubled, draw) => {
          const { running, work } = openWork()
          const seen: number[] = []
          const done = inLanes(
            lanes.map((it, number) => ({ lane: it, number })),
            { width, trouble: new Set(troubled) },
            item => {
              seen.push(item.number)
              return work(item)
            },
          )
          while (running.length > 0) {
            expect(running.length).toBeLessThanOrEqual(width)
            running[draw(fc.nat, { max: running.length - 1 })]?.end()
            await settle()
          }
          await done
          expect(seen.toSorted((one, other) => one - other)).toEqual(lanes.map((_, number) => number))
        },
      ),
    )
  })

  it('rejects with a failure once all have ended', async () => {
    const ended: number[] = []
    const fails = inLanes(items('a', 3), { width: 3, trouble }, async ({ number }) => {
      if (number === 0) throw new Error('the first')
      await settle()
      ended.push(number)
    })
    await expect(fails).rejects.toThrow('the first')
    expect(ended).toEqual([1, 2])
  })
})

describe('createSlots', () => {
  it('lets so many run at once, frees the place of one that failed, and answers what each brought', async () => {
    const inSlot = createSlots(2)
    const { running, work } = openWork()
    const all = items('a', 3).map(it => inSlot(() => work(it).then(() => it.number)))
    const failed = expect(inSlot(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    const last = inSlot(async () => 'last')
    expect(running).toHaveLength(2)
    for (let round = 0; round < 3; round++) {
      running[0]?.end()
      await settle()
    }
    expect(await Promise.all(all)).toEqual([0, 1, 2])
    await failed
    expect(await last).toBe('last')
  })
})

describe('readAhead', () => {
  const order: string[] = []
  async function* reads(count: number) {
    for (let item = 1; item <= count; item++) {
      order.push(`reads ${item}`)
      await settle()
      yield item
    }
  }
  beforeEach(() => void order.splice(0))

  it('answers in order, and has the next one read, and no more, while one is worked on', async () => {
    for await (const item of readAhead(reads(3), 1)) {
      await settle()
      await settle()
      order.push(`works ${item}`)
    }
    expect(order).toEqual(['reads 1', 'reads 2', 'works 1', 'reads 3', 'works 2', 'works 3'])
  })

  it('reads before anybody takes, as many as may wait, one after the other', async () => {
    const ahead = readAhead(reads(9), 3)
    for (let turn = 0; turn < 9; turn++) await settle()
    expect(order).toEqual(['reads 1', 'reads 2', 'reads 3'])
    const items: number[] = []
    for await (const item of ahead) items.push(item)
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('throws a failure where its item is due, behind those before it, and reads nothing behind it', async () => {
    async function* failing() {
      yield* reads(2)
      throw new Error('unreadable')
    }
    const worked: number[] = []
    const all = async () => {
      for await (const item of readAhead(failing(), 9)) worked.push(item)
    }
    await expect(all()).rejects.toThrow('unreadable')
    expect(worked).toEqual([1, 2])
  })

  it.each(['stops', 'takes no more'])('reads no more when somebody %s', async how => {
    const ahead = readAhead(reads(9), 2)
    if (how === 'stops') ahead.stop()
    else for await (const _ of ahead) break
    const before = order.length
    for (let turn = 0; turn < 9; turn++) await settle()
    expect(order.length).toBe(before)
    expect(before).toBeLessThan(4)
  })
})
