/** Each mode of the box with each mode of each server: a follow, a text and a picture, and what they find on the phone. */

import * as v from 'valibot'

import { openChat } from '../../kit/chat.ts'
import type { Control } from '../../kit/control.ts'
import { type Behind, type Mode, modes } from './accounts.ts'
import { newPerson, until } from './world.ts'

/** What an SDK's XML has to get right on both ways. */
const said = '1 < 2 & "鹊桥" 🐦 <b>'
/** The same as in the local run, where the console's settings are the box's. */
export type Cell = { readonly account: Behind; readonly boxMode: Mode; readonly wrong?: string }

/** Plays all of an SDK's cells, one after the other; a cell that fails says why. */
export async function playModes(control: Control, accounts: readonly Behind[]): Promise<readonly Cell[]> {
  const cells: Cell[] = []
  for (const boxMode of modes) {
    for (const account of accounts) {
      await control('/callback', { app: account.name, mode: boxMode })
      const wrong = await playCell(control, account).then(
        () => undefined,
        error => (error instanceof Error ? error.message : String(error)),
      )
      cells.push({ account, boxMode, ...(wrong === undefined ? {} : { wrong }) })
    }
  }
  return cells
}

const deliveries = v.object({
  deliveries: v.array(v.object({ id: v.string(), openid: v.string(), attempt: v.number(), outcome: v.string() })),
})

async function playCell(control: Control, { name }: Behind): Promise<void> {
  const { id, openid } = await newPerson(control)
  const chat = openChat(control, id, name)
  const entries = (count: number) => until(`entry ${count} of the chat`, chat.entries, it => it.length >= count)
  await control(`/people/${id}/follow`, { app: name })
  await entries(1)
  await chat.write(said)
  await entries(3)
  await chat.write({ type: 'image' })
  const pushed = await until(
    'the third delivery',
    async () =>
      v.parse(deliveries, await control(`/callbacks?app=${name}`)).deliveries.filter(it => it.openid === openid),
    it => it.length >= 3,
  )
  checkChat(await chat.entries())
  const outcomes = pushed.map(({ attempt, outcome }) => `${attempt} ${outcome}`).join(', ')
  if (outcomes !== '1 accepted, 1 accepted, 1 accepted') throw new Error(`deliveries: ${outcomes}`)
}

/** An answer to the picture would be one more. */
const expected = [
  { by: 'reply', type: 'text', content: 'welcome' },
  { by: 'phone', type: 'text', content: said },
  { by: 'reply', type: 'text', content: `you said ${said}` },
  { by: 'phone', type: 'image', content: undefined },
]

function checkChat(entries: readonly { by: string; type: string; content?: string | undefined }[]): void {
  const seen = entries.map(({ by, type, content }) => ({ by, type, content }))
  if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error(`on the phone: ${JSON.stringify(seen)}`)
}
