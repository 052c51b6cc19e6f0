/** Who is looked at: ours or a peer, each as its README tells a user to use it. */

import templates from '../../templates.json' with { type: 'json' }
import { peerMessage, type SlimPeer } from '../peers/peers.ts'
import type { Told } from '../peers/process.ts'
import type { Person, Stage } from './stage.ts'

export type Subject = {
  readonly name: string
  /** Begins anew on a stage, knowing no token. */
  open(stage: Stage): Promise<void>
  /** One message to each, all at once; says what came of each. */
  send(people: readonly Person[]): Promise<readonly Told[]>
  /** The same from a queue, which gives a message again as long as it fails. */
  deliver(people: readonly Person[]): Promise<readonly Told[]>
  /** Undefined where it has no login. */
  login(code: string): Promise<Told | undefined>
}

/** A duplicate shows at the second time, and what was put off gets through. */
const times = 3
export const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }

export function peerSubject(peer: SlimPeer): Subject {
  const send = (people: readonly Person[]) =>
    peer.send(people.map(it => peerMessage(it.openid, templates.local['order-paid'].templateId, data)))
  const deliver = async (people: readonly Person[], left = times): Promise<readonly Told[]> => {
    const told = await send(people)
    const failed = people.filter((_, at) => isFailed(told[at]))
    return failed.length === 0 || left === 1 ? told : deliver(failed, left - 1)
  }
  return { name: peer.name, open: stage => peer.open(stage.url), send, deliver, login: peer.login }
}

/** By an error, or by an errcode for whoever looks at it. */
export function isFailed(told: Told | undefined): boolean {
  return told === undefined || told.thrown !== undefined || (told.errcode ?? '0') !== '0'
}
