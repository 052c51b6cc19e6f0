/** Ours and the peers under the same faults, against WeChat in a box: what reaches the phone, and what is asked for it. */

import { playAll, type Seen } from './correctness/faults.ts'
import { createOurs } from './correctness/ours.ts'
import { peerSubject } from './correctness/subject.ts'
import type { How, Part, Row } from './part.ts'
import { installPeers, versionOf } from './peers/install.ts'
import { peerNames } from './peers/names.ts'
import { startPeer } from './peers/peers.ts'

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
    for (const name of how.isShort ? peerNames.slice(0, 1) : peerNames) peers[name] = await playPeer(name, how)
    const versions = await Promise.all(peerNames.map(async it => `${it} ${await versionOf(it)}`))
    return { rows: ours.map(it => rowOf(it, peers)), facts: { peers: versions.join(', ') } }
  },
}

async function playPeer(name: string, { tell }: How): Promise<readonly Seen[]> {
  tell(name)
  const peer = startPeer(name)
  try {
    return await playAll(peerSubject(peer))
  } finally {
    await peer.stop()
  }
}

function rowOf({ value, ...row }: Seen, peers: Readonly<Record<string, readonly Seen[]>>): Row {
  const of = (all: readonly Seen[]) => all.find(it => it.what === row.what)?.value ?? 'none'
  const beside = Object.fromEntries(Object.entries(peers).map(([name, all]) => [name, of(all)]))
  return { ...row, ours: value, beside }
}
