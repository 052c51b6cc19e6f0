/** The few answers of CloudFormation that a deployment's plugin asks for, on loopback. */

import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

import { listen } from '../listen.ts'

export type Stack = {
  readonly status: string
  /** The newest first, as logical id, type, physical id and status. */
  readonly events: readonly (readonly [string, string, string, string])[]
  /** Of the template only its resources. */
  readonly resources?: object
}

/**
 * Plays one stack, whose states come one after the other as its status is asked for; without one, there is none. `tables` are
 * those that DynamoDB knows beside it. Answers the clients' configuration.
 */
export async function openCloudFormation(stacks: readonly Stack[], tables: readonly string[] = []) {
  const left = [...stacks]
  let stack: Stack | undefined
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.headers['x-amz-target'] === 'DynamoDB_20120810.DescribeTable') {
      answerTable(response, tables.includes(JSON.parse(body).TableName))
      return
    }
    const Action = new URLSearchParams(body).get('Action')
    if (Action === 'DescribeStacks') stack = left.shift() ?? stack
    const answer = stack === undefined ? noSuchStack : `<${Action}Response>${answerOf(stack)}</${Action}Response>`
    response.writeHead(stack === undefined ? 400 : 200, { 'content-type': 'text/xml' })
    response.end(answer.replaceAll('Result>', `${Action}Result>`))
  })
  const url = await listen(server)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return { endpoint: url, region: 'ap-southeast-1', credentials, maxAttempts: 1 }
}

function answerTable(response: ServerResponse, isThere: boolean): void {
  response.writeHead(isThere ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(isThere ? '{"Table":{}}' : '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}')
}

const noSuchStack =
  '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id queqiao-prod does not exist</Message></Error></ErrorResponse>'

/** Events are numbered from the oldest on, so that a later state of the stack has the earlier ones by the same ids. */
function answerOf({ status, events, resources = {} }: Stack): string {
  const told = events.map(
    ([logical, type, physical, state], index) =>
      `<member><EventId>event-${events.length - index}</EventId><LogicalResourceId>${logical}</LogicalResourceId><ResourceType>${type}</ResourceType>` +
      `<PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>${state}</ResourceStatus><StackId>arn</StackId></member>`,
  )
  const stack = `<member><StackName>queqiao-prod</StackName><StackStatus>${status}</StackStatus></member>`
  return (
    `<Result><Stacks>${stack}</Stacks><StackEvents>${told.join('')}</StackEvents>` +
    `<TemplateBody>${JSON.stringify({ Resources: resources })}</TemplateBody></Result>`
  )
}
