/** A box for one fault, with people who follow, and what it saw. */

import * as v from 'valibot'
import { callsOf, openControl } from '../../kit/control.ts'
import { openWeChat } from '../../local/wechat/server.ts'
import templates from '../../templates.json' with { type: 'json' }

export type Stage = Awaited<ReturnType<typeof openStage>>

const person = v.object({ id: v.number(), openid: v.string(), miniOpenid: v.string(), unionid: v.string() })
export type Person = v.InferOutput<typeof person>

export const sendPath = '/cgi-bin/message/template/send'
const tokenPaths = ['/cgi-bin/token', '/cgi-bin/stable_token']

/** Opens it, with so many people; its clock is moved by `tick` alone. */
export async function openStage(count: number) {
  let now = Date.now()
  const box = await openWeChat({
    now: () => now,
    templates: Object.values(templates.local),
    callback: { url: undefined },
  })
  const control = openControl(box.url)
  const people: Person[] = []
  for (let it = 0; it < count; it++) people.push(v.parse(person, await control('/people', { following: true })))
  return {
    url: box.url,
    people,
    control,
    now: () => now,
    tick(ms: number) {
      now += ms
    },
    fault: (path: string, kind: string, more: object = {}) => control('/faults', { path, kind, ...more }),
    phone: () => box.messages().length,
    calls: (path: string) => callsOf(control, path),
    async tokenCalls() {
      const counts = await Promise.all(tokenPaths.map(it => callsOf(control, it)))
      return counts.reduce((sum, it) => sum + it, 0)
    },
    async code(who: Person) {
      const answer = await control(`/people/${who.id}/login`, {})
      return v.parse(v.object({ code: v.string() }), answer).code
    },
    /** All access tokens that were ever valid. */
    tokens: () => [...JSON.stringify(box.state()).matchAll(/"text":"([^"]+)"/g)].map(it => it[1] ?? ''),
    close: () => box.close(),
  }
}
