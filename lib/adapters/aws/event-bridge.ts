/** Publishes the results of events to an EventBridge bus. */

import type { Apps } from '../../apps.ts'
import { NotPublishedError } from '../../errors.ts'
import type { Results } from '../../send/ports.ts'
import { shown } from '../../send/shown-delivery.ts'
import { openBus } from './event-bus.ts'

/** Creates the publisher. */
export function createResults({ name, apps }: { readonly name: string; readonly apps: Apps }): Results {
  const bus = openBus(name)
  return {
    async publish(deliveries) {
      const { refused, cause } = await bus.put(
        deliveries.map(it => ({ type: `delivery.${it.state}`, detail: shown(it, apps) })),
      )
      const ids = deliveries.filter((_, index) => refused.has(index)).map(it => it.id)
      if (ids.length > 0) throw new NotPublishedError(ids, cause)
    },
  }
}
