/** The few answers of CloudFormation that a deployment's plugin asks for, on loopback. */

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { listen } from '../listen.ts'

export type Stack = {
  readonly status: string
  /** The newest first, as logical id, type, physical id and status. */
  readonly events: readonly (readonly [string, string, string, string])[]
}

/** Plays one stack, whose states come one after the other; without one, there is none. Answers the client's configuration. */
export async function openCloudFormation(stacks: readonly Stack[]) {
  const left = [...stacks]
  let stack: Stack | undefined
  const server = createServer(async (request, response) => {
    const Action = new URLSearchParams(await text(request)).get('Action')
    if (Action === 'DescribeStacks') stack = left.shift() ?? stack
    const answer = stack === undefined ? noSuchStack : `<${Action}Response>${answerOf(stack)}</${Action}Response>`
    response.writeHead(stack === undefined ? 400 : 200, { 'content-type': 'text/xml' })
    response.end(answer.replaceAll('Result>', `${Action}Result>`))
  })
  const url = await listen(server)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return { endpoint: url, region: 'ap-southeast-1', credentials, maxAttempts: 1 }
}

const noSuchStack =
  '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id queqiao-prod does not exist</Message></Error></ErrorResponse>'

function answerOf({ status, events }: Stack): string {
  const told = events.map(
    ([logical, type, physical, state]) =>
      `<member><LogicalResourceId>${logical}</LogicalResourceId><ResourceType>${type}</ResourceType>` +
      `<PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>${state}</ResourceStatus><StackId>arn</StackId></member>`,
  )
  const stack = `<member><StackName>queqiao-prod</StackName><StackStatus>${status}</StackStatus></member>`
  return `<Result><Stacks>${stack}</Stacks><StackEvents>${told.join('')}</StackEvents></Result>`
}
