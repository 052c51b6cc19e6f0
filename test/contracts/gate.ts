import { expect, it } from 'vitest'

import type { GateStore } from '../../lib/ports.ts'

/** What every store of the gate must do; `make` gives an empty one. */
export function gateContract(make: () => Promise<GateStore>): void {
  it('is open at first, and never opens earlier than the latest that was said', async () => {
    const gate = await make()
    expect(await gate.read()).toEqual({})
    await gate.close(200, 45009)
    await gate.close(100, 45011)
    expect(await gate.read()).toEqual({ closedUntil: 200, errcode: 45009 })
    await gate.reserve(50)
    await gate.close(300, 45011)
    expect(await gate.read()).toEqual({ closedUntil: 300, errcode: 45011, reservedUntil: 50 })
  })
}
