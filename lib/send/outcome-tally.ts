/** Counts a batch's outcomes by template: one metric per template and outcome. */

import type { AppMetrics } from '../ports.ts'
import type { Outcome } from './outcome.ts'

/** Creates the tally of one batch. */
export function createOutcomeTally(metrics: Pick<AppMetrics, 'count'>) {
  const seen: { readonly templateId: string; readonly outcome: string }[] = []
  return {
    note(templateId: string, outcome: Outcome) {
      // It was counted when it had its end.
      if (outcome.kind !== 'repeated') seen.push({ templateId, outcome: nameOf(outcome) })
    },
    /** Hands the counts to the metrics. */
    flush() {
      for (const alike of Map.groupBy(seen, it => `${it.templateId} ${it.outcome}`).values()) {
        if (alike[0] !== undefined) metrics.count('MessageOutcome', alike[0], alike.length)
      }
    },
  }
}

/** WeChat's errcode where it told one, 0 where it took the message; else why nothing went out, of a few words. */
function nameOf(outcome: Exclude<Outcome, { readonly kind: 'repeated' }>): string {
  if (outcome.kind === 'deferred') return 'refused'
  if (outcome.kind === 'unanswered') return 'unanswered'
  const { errcode, reason } = outcome.facts
  if (outcome.kind === 'parked') return 'parked'
  if (outcome.state === 'accepted') return '0'
  return `${errcode ?? (outcome.state === 'dropped' ? reason : outcome.state)}`
}
