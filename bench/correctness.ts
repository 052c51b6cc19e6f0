/** Ours and the peers under the same faults, against WeChat in a box: what reaches the phone, and what is asked for it. */

import { playAll, type Seen } from './correctness/faults.ts'
import { createOurs } from './correctness/ours.ts'
import { peerSubject } from './correctness/subject.ts'
import type { How, Part, Row } from './part.ts'
import { installPeers, versionOf } from './peers/install.ts'
import { startJava, wxJava } from './peers/java.ts'
import { peerNames } from './peers/names.ts'
import { type SlimPeer, startPeer } from './peers/peers.ts'

export const correctness: Part = {
  name: 'correctness',
  title: 'Correctness under faults: ours and the peers, each used as its README says, against WeChat in a box.',
  rounds: 1,
  async measure(how) {
    await installPeers()
    how.tell('ours')
    const ours = await playAll(createOurs())
    const peers: Record<string, readonly Seen[]> = {}
    // One is enough where nobody reads the table.
    const names = how.isShort ? peerNames.slice(0, 1) : peerNames
    for (const name of names) peers[name] = await playPeer(startPeer(name), how)
    const java = how.isShort ? undefined : await startJava()
    if (java !== undefined) peers[java.name] = await playPeer(java, how)
    return { rows: ours.map(it => rowOf(it, peers)), facts: { peers: await versionsOf(names, java) } }
  },
}

async function playPeer(peer: SlimPeer, { tell }: How): Promise<readonly Seen[]> {
  tell(peer.name)
  try {
    return await playAll(peerSubject(peer))
  } finally {
    await peer.stop()
  }
}

async function versionsOf(names: readonly string[], java: SlimPeer | undefined): Promise<string> {
  const versions = await Promise.all(names.map(async it => `${it} ${await versionOf(it)}`))
  return [...versions, ...(java === undefined ? [] : [`${wxJava.name} ${wxJava.version}`])].join(', ')
}

function rowOf({ value, ...row }: Seen, peers: Readonly<Record<string, readonly Seen[]>>): Row {
  const of = (all: readonly Seen[]) => all.find(it => it.what === row.what)?.value ?? 'none'
  const beside = Object.fromEntries(Object.entries(peers).map(([name, all]) => [name, of(all)]))
  return { ...row, ours: value, beside }
}
