/** Ours and the peers under the same faults, against WeChat in a box: what reaches the phone, and what is asked for it. */

import { playAll, type Seen } from './correctness/faults.ts'
import { createOurs } from './correctness/ours.ts'
import { peerSubject } from './correctness/subject.ts'
import type { How, Part, Row } from './part.ts'
import { silenceper } from './peers/go.ts'
import { installPeers, versionOf } from './peers/install.ts'
import { wxJava } from './peers/java.ts'
import { peerNames } from './peers/names.ts'
import { type SlimPeer, startPeer } from './peers/peers.ts'
import { startProgram } from './peers/programs.ts'

/** In other languages; a short run, which CI makes, does without. */
const programs = [wxJava, silenceper]

export const correctness: Part = {
  name: 'correctness',
  title: 'Correctness under faults: ours and the peers, each used as its README says, against WeChat in a box.',
  rounds: 1,
  async measure(how) {
    await installPeers()
    how.tell('ours')
    const ours = await playAll(createOurs())
    const peers: Record<string, Played> = {}
    // One is enough where nobody reads the table.
    for (const name of how.isShort ? peerNames.slice(0, 1) : peerNames) {
      peers[name] = { seen: await playPeer(startPeer(name), how), version: await versionOf(name) }
    }
    for (const program of how.isShort ? [] : programs) {
      const peer = await startProgram(program, how.tell)
      if (peer !== undefined) peers[peer.name] = { seen: await playPeer(peer, how), version: program.version }
    }
    return { rows: ours.map(it => rowOf(it, peers)), facts: { peers: versionsOf(peers) } }
  },
}

type Played = { readonly seen: readonly Seen[]; readonly version: string }

async function playPeer(peer: SlimPeer, { tell }: How): Promise<readonly Seen[]> {
  tell(peer.name)
  try {
    return await playAll(peerSubject(peer))
  } finally {
    await peer.stop()
  }
}

function versionsOf(peers: Readonly<Record<string, Played>>): string {
  return Object.entries(peers)
    .map(([name, { version }]) => `${name} ${version}`)
    .join(', ')
}

function rowOf({ value, ...row }: Seen, peers: Readonly<Record<string, Played>>): Row {
  const of = ({ seen }: Played) => seen.find(it => it.what === row.what)?.value ?? 'none'
  const beside = Object.fromEntries(Object.entries(peers).map(([name, its]) => [name, of(its)]))
  return { ...row, ours: value, beside }
}
