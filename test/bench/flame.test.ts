/** A profile of node's profiler as a flame graph. */

import { describe, expect, it } from 'vitest'

import { drawFlame } from '../../bench/flame/draw.ts'
import { foldProfile, ownersOf, type Profile } from '../../bench/flame/fold.ts'

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
})
const profile: Profile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 4, 7, 8]),
    node(2, '(idle)', ''),
    node(3, 'send', 'file:///queqiao/lib/send/send.ts', [5]),
    node(4, 'send', 'file:///queqiao/lib/send/send.ts', [6]),
    node(5, 'request', 'node:_http_client'),
    node(6, 'request', 'node:_http_client'),
    node(7, '', 'file:///queqiao/node_modules/@smithy/core/dist-es/index.js'),
    node(8, 'post', 'node:inspector'),
  ],
  samples: [2, 3, 5, 6, 4, 7, 8, 2],
  timeDeltas: [9_000, 100, 300, 200, 50, 350, 700, 9_000],
}

describe('a folded profile', () => {
  const flame = foldProfile(profile)

  it('has the time of what ran, and none of what was idle, or the profiler itself', () => {
    expect(flame.us).toBe(1_000)
    expect(flame.frames.map(it => it.name).sort()).toEqual(['(anonymous)', 'send'])
  })

  it('has one frame for one function under one caller', () => {
    const send = flame.frames.find(it => it.name === 'send')
    expect(send).toMatchObject({ owner: 'queqiao', selfUs: 150, us: 650 })
    expect(send?.frames).toMatchObject([{ name: 'request', owner: 'node:_http', selfUs: 500, us: 500, frames: [] }])
  })

  it('gives each owner its own time, the most first', () => {
    expect(ownersOf(flame).filter(([, us]) => us > 0)).toEqual([
      ['node:_http', 500],
      ['@smithy/core', 350],
      ['queqiao', 150],
    ])
  })
})

describe('a flame graph', () => {
  const drawn = drawFlame(foldProfile(profile), 'a <title>')

  it('has frames as wide as their time, on those that call them', () => {
    const rects = [...drawn.matchAll(/<title>([^<]+)<\/title><rect x="([\d.]+)" y="(-?\d+)" width="([\d.]+)"/g)]
    expect(rects.map(([, title, x, y, width]) => [title, Number(x), Number(y), Number(width)])).toEqual([
      ['all, node in C++: 100.0 %', 0, -16, 1200],
      ['send, queqiao: 65.0 %', 0, -32, 780],
      ['(anonymous), @smithy/core: 35.0 %', 780, -32, 420],
      ['request, node:_http: 50.0 %', 0, -48, 600],
    ])
  })

  it('leaves out what nobody would see, and escapes names', () => {
    const long = { ...profile, timeDeltas: [0, 100, 300, 200, 50, 1e7, 0, 0] }
    expect(drawFlame(foldProfile(long), '')).not.toContain('send')
    expect(drawn).toContain('<title>a &lt;title&gt;</title>')
  })
})
