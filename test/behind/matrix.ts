/** Each mode of the box with each mode of each server: a follow, a text and a picture, and what they find on the phone. */

import * as v from 'valibot'

import { openChat } from '../../kit/chat.ts'
import type { Control } from '../../kit/control.ts'
import { type Behind, type Mode, modes } from './accounts.ts'
import { newPerson, until } from './world.ts'

/** What an SDK's XML has to get right on both ways. */
const said = '1 < 2 & "鹊桥" 🐦 <b>'
/** One mode of the box with one server in one mode; `wrong` says what was not as it must be. */
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
  deliveries: v.array(v.object({ attempt: v.number(), outcome: v.string() })),
})
type Delivery = v.InferOutput<typeof deliveries>['deliveries'][number]

async function playCell(control: Control, { name }: Behind): Promise<void> {
  const { id } = await newPerson(control)
  const chat = openChat(control, id, name)
  const all = async () => v.parse(deliveries, await control(`/callbacks?app=${name}`)).deliveries
  const before = (await all()).length
  const pushes = async () => (await all()).slice(before)
  const acts = [
    () => control(`/people/${id}/follow`, { app: name }),
    () => chat.write(said),
    () => chat.write({ type: 'image' }),
  ]
  for (const [at, act] of acts.entries()) {
    await act()
    await until(`the end of push ${at + 1}`, pushes, it => it.filter(isOver).length > at)
  }
  // A busy machine may keep the box waiting: it then sends the push again, as WeChat does.
  const outcomes = (await pushes()).map(it => it.outcome).filter(it => it !== 'timeout')
  if (outcomes.join() !== 'accepted,accepted,accepted') throw new Error(`deliveries: ${outcomes}`)
  checkChat(await chat.entries())
}

/** The box tries three times. */
function isOver({ attempt, outcome }: Delivery): boolean {
  return outcome === 'accepted' || outcome === 'dropped' || attempt === 3
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
