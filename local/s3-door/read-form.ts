/** Reads a form as a stream: first its fields, then one file, which is never wholly in memory. */

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import { S3Failure } from './failure.ts'

/** S3 accepts 20 KB of fields in all. */
const limits = { fields: 40, fieldSize: 20_480, files: 1, parts: 41, headerPairs: 20, headerSize: 8192 }

/**
 * Passes the fields (names in lower case) and the file to `take`, and returns its result. Reads the form to its end in
 * any case, because a client that is still sending would not read the answer.
 */
export async function readForm<T>(
  request: IncomingMessage,
  take: (fields: ReadonlyMap<string, string>, file: Readable) => Promise<T>,
): Promise<T> {
  const busboy = openBusboy(request)
  const fields = new Map<string, string>()
  const taken: Promise<T>[] = []
  const faults: string[] = []
  busboy.on('field', (name, value, isNameCut, isValueCut) => {
    const key = name.toLowerCase()
    if (fields.has(key) || isNameCut || isValueCut) faults.push(key)
    // S3 ignores everything after the file.
    if (taken.length === 0) fields.set(key, value)
  })
  busboy.on('file', (name, file) => {
    const taking = name === 'file' && faults.length === 0 ? take(fields, file) : Promise.reject(malformed())
    // Awaiting callers get the error; an unread file must not stop the form.
    taking.catch(() => file.resume())
    taken.push(taking)
  })
  await pipeline(request, busboy).catch(() => {
    throw malformed()
  })
  const [first] = taken
  if (first === undefined) throw new S3Failure('InvalidArgument', 'POST requires exactly one file upload per request.')
  return first
}

function openBusboy({ headers }: IncomingMessage) {
  const type = headers['content-type'] ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) throw malformed()
  try {
    return new Busboy({ headers: { ...headers, 'content-type': type }, limits })
  } catch {
    throw malformed()
  }
}

function malformed(): S3Failure {
  return new S3Failure('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.')
}
