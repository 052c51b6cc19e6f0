/** Draws how much is done, from 0 to 1. */
export function renderShare(share: number): string {
  const filled = Math.floor(Math.min(1, share) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}

const width = 20
