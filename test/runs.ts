/** How wide a property test looks: few runs in `npm test`, many in `npm run test:long` and `npm run test:seeds`. */

import { inject } from 'vitest'

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with vitest's own
  interface ProvidedContext {
    isWide: boolean
  }
}

/** The `numRuns` of a property for this run of the tests. */
export function runs({ everyday, wide }: { readonly everyday: number; readonly wide: number }): number {
  return inject('isWide') ? wide : everyday
}
