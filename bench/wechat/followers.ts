/** Who follows, a byte a person: WeChat's side of it, and what it answers of them. */

import { openidOf, personOf, unionidOf } from './ids.ts'

const pageSize = 10_000
/** The second at which everybody followed. */
const since = 1_700_000_000

/** Creates room for so many people, of whom nobody follows yet. */
export function createFollowers(most: number) {
  const follows = new Uint8Array(most)
  let total = 0
  const set = (person: number, value: 0 | 1) => {
    total += value - (follows[person] ?? 0)
    follows[person] = value
  }
  const pageAfter = (last: number): string[] => {
    const openids: string[] = []
    for (let person = last + 1; person < most && openids.length < pageSize; person++) {
      if (follows[person]) openids.push(openidOf(person))
    }
    return openids
  }
  return {
    /** Has all from one number to before another follow, or not; every so many of them. */
    change(from: number, to: number, every: number, value: 0 | 1): void {
      for (let person = from; person < to; person += every) set(person, value)
    },
    total: () => total,
    /** The text of an answer of user/get. */
    page(after: string | null): string {
      const openids = pageAfter(after ? personOf(after) : -1)
      const data = openids.length === 0 ? '' : `"data":{"openid":["${openids.join('","')}"]},`
      return `{"total":${total},"count":${openids.length},${data}"next_openid":"${openids.at(-1) ?? ''}"}`
    },
    /** The text of an answer of user/info/batchget. */
    infos(openids: readonly string[]): string {
      const infos = openids.map(it => {
        const person = personOf(it)
        if (!follows[person]) return `{"subscribe":0,"openid":"${it}","unionid":"${unionidOf(person)}"}`
        return (
          `{"subscribe":1,"openid":"${it}","language":"zh_CN","subscribe_time":${since},"unionid":"${unionidOf(person)}",` +
          '"remark":"","groupid":0,"tagid_list":[],"subscribe_scene":"ADD_SCENE_QR_CODE","qr_scene":0,"qr_scene_str":""}'
        )
      })
      return `{"user_info_list":[${infos.join(',')}]}`
    },
  }
}
