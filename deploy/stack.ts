/** Reads the stage's stack from CloudFormation. */

import type { CloudFormationClientConfig, StackEvent } from '@aws-sdk/client-cloudformation'
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
} from '@aws-sdk/client-cloudformation'

export type Resource = {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly Properties?: Readonly<Record<string, unknown>>
}
export type Template = { readonly Resources?: Readonly<Record<string, Resource>> }
/** The configuration shared by all SDK clients. */
export type Config = () => Promise<
  Pick<CloudFormationClientConfig, 'region' | 'credentials' | 'endpoint' | 'maxAttempts' | 'requestHandler'>
>

/** Opens a client, and closes it when the work is done. */
export async function withCloudFormation<T>(config: Config, work: (client: CloudFormationClient) => Promise<T>) {
  const client = new CloudFormationClient(await config())
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

/** Undefined if there is no such stack. */
export async function readStatus(client: CloudFormationClient, StackName: string): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus
  } catch (error) {
    if (isNoSuchStack(error)) return undefined
    throw error
  }
}

/** The deployed template of the stack; undefined if there is no such stack. */
export async function readTemplate(client: CloudFormationClient, StackName: string): Promise<Template | undefined> {
  // Checked first, because CloudFormation may still return the template of a deleted stack.
  if ((await readStatus(client, StackName)) === undefined) return undefined
  const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }))
  return JSON.parse(TemplateBody)
}

/** The id of the stack's newest event, to recognise later ones; undefined if there is no such stack. */
export async function readNewestEventId(client: CloudFormationClient, StackName: string): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeStackEventsCommand({ StackName }))).StackEvents?.[0]?.EventId
  } catch (error) {
    if (isNoSuchStack(error)) return undefined
    throw error
  }
}

/**
 * The events of the change that started after the event `since`, newest first; empty if none did, as when
 * CloudFormation rejected it: older events, or a change in progress, belong to somebody else.
 */
export async function readChangeSince(
  client: CloudFormationClient,
  StackName: string,
  since: string | undefined,
): Promise<StackEvent[]> {
  const events: StackEvent[] = []
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    for (const event of StackEvents) {
      if (event.EventId === since) return []
      events.push(event)
      if (isBeginning(event)) return events
    }
  }
  return []
}

/** CloudFormation has no specific error for it. */
export function isNoSuchStack(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /stack.* does not exist/i.test(error.message)
}

function isBeginning({ PhysicalResourceId, StackId, ResourceStatus }: StackEvent): boolean {
  return PhysicalResourceId === StackId && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(ResourceStatus ?? '')
}
