/** The queues of a stage, by what their names end in behind `queqiao-<stage>-`; test/resources/queue-names.test.ts holds them against resources/. */

/** Those that functions consume. */
export const workQueues = ['events', 'followers', 'receipts', 'arrivals', 'image-checks', 'pass-on.fifo'] as const
/** Those of what a function could not do, and of events that may or may not have been sent: people must look into them. */
export const asideQueues = [...workQueues.map(deadLettersOf), 'events-review'] as const

/** The name of the queue to which a queue's messages go in the end; a FIFO queue's ends in `.fifo`. */
export function deadLettersOf(queue: string): string {
  return queue.replace(/(\.fifo)?$/, '-dlq$1')
}
