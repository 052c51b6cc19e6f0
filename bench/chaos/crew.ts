/** The containers at hand: one that dies is replaced. */

import { type Container, type Surroundings, startContainer } from './containers.ts'

export type Crew = {
  /** A container that is free. */
  take(): Promise<Container>
  /** It is free again; one that died is replaced instead. */
  giveBack(container: Container, isAlive: boolean): void
  close(): void
}

/** Starts so many. */
export async function createCrew(count: number, file: string, around: Surroundings): Promise<Crew> {
  const free = await Promise.all(Array.from({ length: count }, () => startContainer(file, around)))
  const alive = new Set(free)
  const waiting: ((container: Container) => void)[] = []
  const offer = (container: Container) => {
    alive.add(container)
    container.listener = () => 'pass'
    const next = waiting.shift()
    if (next === undefined) free.push(container)
    else next(container)
  }
  return {
    take: async () => free.shift() ?? new Promise(resolve => waiting.push(resolve)),
    giveBack(container, isAlive) {
      if (isAlive) return offer(container)
      alive.delete(container)
      void startContainer(file, around).then(offer)
    },
    close() {
      for (const it of alive) it.kill()
    },
  }
}
