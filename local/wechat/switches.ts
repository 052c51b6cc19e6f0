/** Faults that a person switches on, watches, and switches off again: the plain words for what the control API can do. */
import type { OfficialAccount } from './app.ts'
import type { Box } from './box.ts'
import type { Fault, FaultKind } from './faults.ts'

/** All switches, in the order of the console. */
export const switchNames = [
  'steal-token',
  'allow-list',
  'day-quota',
  'busy',
  'slow',
  'reset-after-sending',
  'late-receipts',
  'lost-receipts',
  'mark-fail',
] as const

/** One of them. */
export type SwitchName = (typeof switchNames)[number]

type Place = { box: Box; account: OfficialAccount }

/** `on` returns why it is not possible now, if so; some switch themselves off, as the trouble that they make ends. */
export type Switch = {
  isOn: (place: Place) => boolean
  on: (place: Place) => string | undefined
  off: (place: Place) => void
}

const sendPath = '/cgi-bin/message/template/send'
/** Of a network for documentation: nobody calls from it. */
const nobody = '192.0.2.1'
const slowMs = 3000

const switches: Record<SwitchName, Switch> = {
  'steal-token': {
    isOn: ({ account }) => account.tokens.isStolen(),
    on: ({ account }) =>
      account.tokens.isStolen() || account.tokens.steal()
        ? undefined
        : `"${account.name}" has no valid access token to steal yet`,
    off: ({ account }) => account.tokens.giveBack(),
  },
  'allow-list': {
    isOn: ({ account }) => account.allowList.isOn(),
    on: ({ account }) => void account.allowList.set([nobody]),
    off: ({ account }) => account.allowList.set(null),
  },
  'day-quota': {
    isOn: ({ box, account }) => {
      const { used, daily } = box.quota.usage(account.name, sendPath)
      return used >= daily
    },
    on: ({ box, account }) => void setUsed({ box, account }, box.quota.usage(account.name, sendPath).daily),
    off: place => setUsed(place, 0),
  },
  busy: scripted('busy', '*', { kind: 'errcode', errcode: -1 }),
  slow: scripted('slow', '*', { kind: 'slow', ms: slowMs, processed: true }),
  'reset-after-sending': scripted('reset-after-sending', sendPath, { kind: 'reset-after', processed: true }),
  'late-receipts': receipts('late'),
  'lost-receipts': receipts('lost'),
  'mark-fail': {
    isOn: ({ account }) => account.callbacks.state().markedUntil !== null,
    on: ({ account }) => void account.callbacks.markFail(),
    off: ({ account }) => account.callbacks.clearMark(),
  },
}

/** The switch with this name. */
export function switchOf(name: SwitchName): Switch {
  return switches[name]
}

function setUsed({ box, account }: Place, used: number): void {
  box.quota.adjust(account.name, sendPath, { used })
}

/** An entry of the fault script for the calls of the account, until it is switched off. */
function scripted(name: SwitchName, path: string, what: { kind: FaultKind } & Partial<Fault>): Switch {
  const isMine = (fault: Fault, { account }: Place) => fault.switch === name && fault.app === account.name
  return {
    isOn: place => place.box.faults.all().some(fault => isMine(fault, place)),
    on: place => {
      const { box, account } = place
      if (box.faults.all().some(fault => isMine(fault, place))) return undefined
      const usual = { times: Number.MAX_SAFE_INTEGER, skip: 0, processed: false, ms: 0, status: 502, errcode: -1 }
      box.faults.add([{ ...usual, ...what, path, app: account.name, switch: name }])
      return undefined
    },
    off: place => place.box.faults.remove(fault => isMine(fault, place)),
  }
}

function receipts(how: 'late' | 'lost'): Switch {
  return {
    isOn: ({ account }) => account.rules.receipts === how,
    on: ({ account }) => {
      account.rules.receipts = how
      return undefined
    },
    off: ({ account }) => {
      if (account.rules.receipts === how) account.rules.receipts = 'in-time'
    },
  }
}
