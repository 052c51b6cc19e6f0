/** Parses a request, and finds the app that it is of. */
import type { App } from '../app.ts'
import type { Box } from '../box.ts'
import { parseJson, textField } from '../json.ts'
import type { Call, WireRequest } from './endpoint.ts'

/** Parses a request. */
export function readCall(box: Box, request: WireRequest): Call {
  const body = request.body.length === 0 ? undefined : parseJson(request.body)
  const query = new URLSearchParams(request.search)
  const { path, address } = request
  return { box, request, path, query, body, address, caller: callerOf(box, query, body) }
}

function callerOf({ apps }: Box, query: URLSearchParams, body: unknown): App | undefined {
  const text = query.get('access_token')
  if (text !== null) return apps.byToken(text)
  return apps.byAppid(query.get('appid') ?? textField(body, 'appid'))
}
