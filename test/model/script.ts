/**
 * Scenarios in words. Steps stand between commas, as `follow 1, sync, run sync k`: what people do (`unseen`: no event
 * tells of it), what processes begin, how far one runs on (to its end, where no number stands), and who is killed
 * (`late`: its last request arrives all the same). `k` and `j` stand for numbers.
 */

import type { News } from '../../lib/followers/follower-news.ts'
import type { Action, Setup } from './model.ts'

type Words = Readonly<Record<string, string | undefined>>
type Meaning = (words: Words) => Action | readonly Action[]

const toTheEnd = 60
const told = ({ unseen }: Words) => (unseen === undefined ? 'once' : 'never')
const slot = '(?<slot>sync|consume 0|consume 1|code|revisit)'

const steps: readonly (readonly [form: string, meaning: Meaning])[] = [
  ['follow (?<who>\\d+)(?<unseen> unseen)?', it => ({ do: 'follow', who: Number(it.who), told: told(it) })],
  ['unfollow (?<who>\\d+)(?<unseen> unseen)?', it => ({ do: 'unfollow', who: Number(it.who), told: told(it) })],
  ['move (?<who>\\d+)(?<unseen> unseen)?', it => ({ do: 'move', who: Number(it.who), told: told(it) })],
  ['forget (?<who>\\d+)', it => ({ do: 'forget', who: Number(it.who), how: 'revoke', told: 'once' })],
  ['forget mini (?<who>\\d+)', it => ({ do: 'forget', who: Number(it.who), how: 'revoke-mini', told: 'once' })],
  ['bind (?<who>\\d+)', it => ({ do: 'bind', who: Number(it.who) })],
  ['rebind', () => ({ do: 'rebind' })],
  ['log in', () => ({ do: 'logIn', who: 0 })],
  ['pass (?<seconds>\\d+) s', it => ({ do: 'pass', ms: Number(it.seconds) * 1000 })],
  ['sync(?<brief> briefly)?', it => ({ do: 'sync', slot: 0, action: 'sync', isShort: it.brief !== undefined })],
  ['revisit', () => ({ do: 'revisit' })],
  ['double (?<pick>\\d+)', it => ({ do: 'double', pick: Number(it.pick) })],
  ['consume(?: (?<count>\\d+))? (?<change>[a-z]+)(?: from (?<from>\\d+))?(?: in (?<slot>\\d))?', consume],
  ['work in (?<change>[a-z]+)', it => [consume(it), { do: 'advance', who: 0, slot: 'consume 0', times: toTheEnd }]],
  [
    `run ${slot}(?: (?<times>\\d+))?`,
    ({ slot = '', times = toTheEnd }) => ({ do: 'advance', who: 0, slot, times: Number(times) }),
  ],
  [`kill ${slot}(?<late> late)?`, ({ slot = '', late }) => ({ do: 'kill', who: 0, slot, arrives: late !== undefined })],
]
const forms = steps.map(([form, meaning]) => ({ form: new RegExp(`^${form}$`), meaning }))

const changes: readonly News['change'][] = ['follow', 'unfollow', 'erase', 'expire']

/** A consumer takes the messages that tell of this, or of `any`: all of them, or so many from the nth on. */
function consume({ count = '10', change, from = '0', slot = '0' }: Words): Action {
  const only = changes.find(it => it === change)
  if (only === undefined && change !== 'any') throw new Error(`no news tell of ${change}`)
  const choice = { slot: Number(slot), from: Number(from), count: Number(count) }
  return { do: 'consume', ...choice, ...(only && { change: only }) }
}

/** What the words say, with these numbers for `k` and `j`; throws at a step that it does not know. */
export function readSteps(text: string, k: number, j: number): Action[] {
  const words = text.replaceAll(/\bk\b/g, `${k}`).replaceAll(/\bj\b/g, `${j}`)
  return words.split(/[,\n]/).flatMap(it => (it.trim() === '' ? [] : readStep(it.trim())))
}

function readStep(text: string): Action | readonly Action[] {
  for (const { form, meaning } of forms) {
    const found = form.exec(text)
    if (found !== null) return meaning(found.groups ?? {})
  }
  throw new Error(`no such step: ${text}`)
}

const states: Readonly<Record<string, Setup['people'][number]>> = {
  follows: { isFollowing: true, isBound: true },
  away: { isFollowing: false, isBound: true },
  unbound: { isFollowing: false, isBound: false },
  'follows-unbound': { isFollowing: true, isBound: false },
}

/** Who is there, by a word for each, as `follows away`. */
export function readPeople(text: string): Setup['people'] {
  return text
    .trim()
    .split(' ')
    .map(word => {
      const found = states[word]
      if (found === undefined) throw new Error(`nobody is ${word}`)
      return found
    })
}
