/** One event as it was seen: its steps, and what is known of it by the last of them. */
import type { SeenEvent, SeenStep } from '../../lib/console/ports.ts'

/** More tries than an event has in days; of more, the first and the latest are kept. */
const mostSteps = 120
const keptFirst = 20

/** An event while it is watched. */
export type Watched = { steps: SeenStep[]; facts: SeenEvent }

/** Begins to watch an event. */
export function watch(id: string, at: string): Watched {
  return { steps: [], facts: { id, state: 'pushed', at, attempts: 0 } }
}

/** Adds a step, and what it says of the event. */
export function addStep(event: Watched, step: SeenStep, more: Partial<SeenEvent> = {}): void {
  event.steps.push(step)
  if (event.steps.length > mostSteps) event.steps.splice(keptFirst, 1)
  const told = Object.fromEntries(Object.entries(more).filter(([, it]) => it !== undefined))
  const { reason: _, ...facts } = event.facts
  // Why it was put off is over once it has come to something else.
  event.facts = { ...('state' in step ? facts : event.facts), ...told, ...stateOf(step, event.facts), at: step.at }
}

/** A try that begins says nothing of an event that has come to something before. */
function stateOf(step: SeenStep, { state }: SeenEvent): Partial<SeenEvent> {
  if ('state' in step) return { state: step.state, ...(step.reason === undefined ? {} : { reason: step.reason }) }
  return step.step === 'received' && state === 'pushed' ? { state: 'received' } : {}
}
