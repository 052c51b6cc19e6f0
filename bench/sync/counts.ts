/** What a sync run asks of the stores. */

/** How often something was asked; in rows of DynamoDB, where a follower's state stands in two. */
export const zero = {
  ...{ linkRowsRead: 0, linkRowsWritten: 0, followersWritten: 0, marksRead: 0, checkpoints: 0 },
  ...{ pagesWritten: 0, pagesRead: 0, notesWritten: 0, notesRead: 0, stepsWritten: 0 },
}
export type Counts = typeof zero
