/** The same batchget calls by nothing but a keep-alive client: what this machine and the box can give. */

import { Agent, request } from 'node:http'

import { fetchToken } from '../addressees.ts'

export type BareLoop = {
  readonly url: string
  readonly people: { size(): number; openids(people: readonly number[]): readonly string[] }
  readonly batches: number
  readonly width: number
}

const perBatch = 100

/** Asks for everybody, so many at once; `tell` hears how many have been answered. Answers the seconds it took. */
export async function runBareLoop(
  { url, people, batches, width }: BareLoop,
  tell: (done: number) => void,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: width })
  const target = new URL(`/cgi-bin/user/info/batchget?access_token=${await fetchToken(url)}`, url)
  const began = performance.now()
  let [asked, done] = [0, 0]
  const lane = async () => {
    while (asked < batches) {
      await post(target, agent, bodyOf(people, asked++ * perBatch))
      tell(++done)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  agent.destroy()
  return (performance.now() - began) / 1000
}

function bodyOf(people: BareLoop['people'], first: number): string {
  const length = Math.min(perBatch, people.size() - first)
  const openids = people.openids(Array.from({ length }, (_, index) => first + index))
  return JSON.stringify({ user_list: openids.map(openid => ({ openid })) })
}

function post(target: URL, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const call = request(target, { method: 'POST', agent, headers }, response => {
      let isFirst = true
      response.on('data', (chunk: Buffer) => {
        if (isFirst && !chunk.toString().startsWith('{"user_info_list"')) reject(new Error(`WeChat said ${chunk}`))
        isFirst = false
      })
      response.once('end', resolve).once('error', reject)
    })
    call.once('error', reject).end(body)
  })
}
