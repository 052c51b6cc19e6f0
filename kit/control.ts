/** The control API of WeChat in a box. */

import * as v from 'valibot'

export type Control = (path: string, body?: object, method?: string) => Promise<unknown>

const callsAnswer = v.object({ counts: v.record(v.string(), v.record(v.string(), v.number())) })

/** Opens it of the box at this address: a POST where there is a body. */
export function openControl(url: string): Control {
  return async (path, body, method = body === undefined ? 'GET' : 'POST') => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    // A socket that is kept may be closed by the box while whoever asks is busy for long.
    const answer = await fetch(`${url}/_box${path}`, { method, headers: { connection: 'close' }, ...sent })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return answer.json()
  }
}

/** How often each path was called by these apps; what was not carried out counts for one that the box does not know. */
export async function callsBy(control: Control, apps?: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const counts = Object.entries(v.parse(callsAnswer, await control('/calls')).counts)
  const all = counts.flatMap(([app, of]) => (apps?.includes(app) === false ? [] : Object.entries(of)))
  return Object.fromEntries([...Map.groupBy(all, ([path]) => path)].map(([path, of]) => [path, sumOf(of)]))
}

/** How often one path was called. */
export async function callsOf(control: Control, path: string, apps?: readonly string[]): Promise<number> {
  return (await callsBy(control, apps))[path] ?? 0
}

function sumOf(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0)
}
