/** How resources are named after the variables by which functions find them. */

const endings: Readonly<Record<string, string>> = {
  '': 'Queue',
  '-dlq': 'DeadLetterQueue',
  '-review': 'ReviewQueue',
}

/** What stands for the queues in which events wait for quota: each Official Account has two. */
export const parkedQueues = 'ParkedQueues'

/** `LINKS_TABLE` holds the name of the resource LinksTable. */
export function resourceOf(variable: string): string {
  return variable
    .split('_')
    .map(it => `${it.slice(0, 1)}${it.slice(1).toLowerCase()}`)
    .join('')
}

/** The resource of a queue whose name is that of the variable's with an ending; throws for an ending that no queue has. */
export function queueNamed(variable: string, ending: string): string {
  if (/^-\*-parked(-urgent)?$/.test(ending)) return parkedQueues
  const named = endings[ending]
  if (named === undefined) throw new Error(`no queue's name ends in ${ending}`)
  return resourceOf(variable).replace(/Queue$/, named)
}
