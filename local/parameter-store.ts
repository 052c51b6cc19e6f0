import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import * as v from 'valibot'

/** A running parameter store. */
export type ParameterStore = {
  url: string
  /** Adds these, or changes them. */
  set(parameters: Readonly<Record<string, string>>): void
  close(): Promise<void>
}

type Answer = {
  status: number
  body: unknown
}

const getOne = v.object({ Name: v.string() })
const getMany = v.object({ Names: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10)) })
const put = v.object({ Name: v.string(), Value: v.string(), Overwrite: v.optional(v.boolean(), false) })

/** Starts a small SSM Parameter Store on loopback with the local secrets, for the functions' real adapter. */
export async function openParameterStore(port: number, parameters: Record<string, string>): Promise<ParameterStore> {
  const stored = new Map(Object.entries(parameters).map(([name, value]) => [name, { value, version: 1 }]))
  const calls = createCalls(stored)
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request, calls)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const actual = typeof address === 'object' && address ? address.port : port

  return {
    url: `http://127.0.0.1:${actual}`,
    set(more) {
      for (const [name, value] of Object.entries(more))
        stored.set(name, { value, version: (stored.get(name)?.version ?? 0) + 1 })
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Call = (input: unknown) => Answer

async function answer(request: IncomingMessage, calls: Readonly<Record<string, Call>>): Promise<Answer> {
  const name = String(request.headers['x-amz-target']).replace('AmazonSSM.', '')
  const call = Object.hasOwn(calls, name) ? calls[name] : undefined
  if (!call) return refuse('UnknownOperationException', `no ${name} here`)
  try {
    return call(JSON.parse(await text(request)))
  } catch (error) {
    return refuse('ValidationException', String(error))
  }
}

function createCalls(parameters: Map<string, { value: string; version: number }>): Record<string, Call> {
  function describe(Name: string) {
    const found = parameters.get(Name)
    return found && { Name, Type: 'SecureString', Value: found.value, Version: found.version, DataType: 'text' }
  }

  return {
    GetParameter(input) {
      const Parameter = describe(v.parse(getOne, input).Name)
      return Parameter ? accept({ Parameter }) : refuse('ParameterNotFound', 'no such parameter')
    },
    GetParameters(input) {
      const { Names } = v.parse(getMany, input)
      return accept({
        Parameters: Names.map(describe).filter(parameter => parameter !== undefined),
        InvalidParameters: Names.filter(name => !parameters.has(name)),
      })
    },
    PutParameter(input) {
      const { Name, Value, Overwrite } = v.parse(put, input)
      const stored = parameters.get(Name)
      if (stored && !Overwrite) return refuse('ParameterAlreadyExists', 'the parameter exists; set Overwrite')
      const version = (stored?.version ?? 0) + 1
      parameters.set(Name, { value: Value, version })
      return accept({ Version: version, Tier: 'Standard' })
    },
  }
}

function accept(body: unknown): Answer {
  return { status: 200, body }
}

function refuse(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, message } }
}
