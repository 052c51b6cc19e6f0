/** Counts a batch's outcomes: one metric per outcome, and per template and outcome where the deployment asks for it. */

import type { AppMetrics } from '../ports.ts'
import type { Outcome } from './outcome.ts'

type Seen = { readonly templateId: string; readonly outcome: string }

/** Creates the tally of one batch. */
export function createOutcomeTally(metrics: Pick<AppMetrics, 'count'>, isByTemplate: boolean) {
  const seen: Seen[] = []
  const countByTemplate = (outcome: string, alike: readonly Seen[]) => {
    for (const [templateId, { length }] of Map.groupBy(alike, it => it.templateId))
      metrics.count('TemplateOutcome', { outcome, templateId }, length)
  }
  return {
    note(templateId: string, outcome: Outcome) {
      // It was counted when it had its end.
      if (outcome.kind !== 'repeated') seen.push({ templateId, outcome: nameOf(outcome) })
    },
    /** Hands the counts to the metrics. */
    flush() {
      for (const [outcome, alike] of Map.groupBy(seen, it => it.outcome)) {
        metrics.count('MessageOutcome', { outcome }, alike.length)
        if (isByTemplate) countByTemplate(outcome, alike)
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
