/** Faults on demand: a script of what goes wrong with which path, and how often. */

/** What can go wrong; the README says what each does. */
export const faultKinds = [
  'reset-before',
  'reset-after',
  'slow',
  'hang',
  'status',
  'empty-200',
  'truncated',
  'control-characters',
  'lone-backslash',
  'errcode-as-string',
  'errcode',
] as const

/** One of the kinds. */
export type FaultKind = (typeof faultKinds)[number]

/** One entry of the script; `skip` lets that many calls pass first. */
export type Fault = {
  path: string
  /** The app whose calls it applies to; all calls by default. */
  app?: string
  kind: FaultKind
  times: number
  skip: number
  /** Whether WeChat did the work although the answer is spoilt. */
  processed: boolean
  ms: number
  status: number
  errcode: number
  errmsg?: string
  /** Set for an entry of a switch of the console. */
  switch?: string
}

/** The part of a call that faults depend on; `app` is undefined if unknown. */
type Caller = { path: string; app: string | undefined }

/** The script of the box. */
export type Faults = ReturnType<typeof createFaults>

/** Creates an empty script. */
export function createFaults() {
  let script: Fault[] = []

  function applies(fault: Fault, { path, app }: Caller): boolean {
    if (fault.times <= 0 || (fault.path !== '*' && fault.path !== path)) return false
    if (fault.app !== undefined && fault.app !== app) return false
    if (fault.skip === 0) return true
    fault.skip -= 1
    return false
  }

  return {
    add: (faults: readonly Fault[]) => {
      script.push(...faults)
    },
    clear: () => {
      script = []
    },
    all: (): readonly Fault[] => script,
    remove: (isWanted: (fault: Fault) => boolean) => {
      script = script.filter(entry => !isWanted(entry))
    },
    /** The fault for this call, if any; uses it up by one. */
    take: (call: Caller): Fault | undefined => {
      const fault = script.find(entry => applies(entry, call))
      if (fault === undefined) return undefined
      fault.times -= 1
      script = script.filter(entry => entry.times > 0)
      return fault
    },
  }
}
