/**
 * A stand-in for `wx`: real HTTP, real multipart/form-data, storage in memory, and what the real one does to its callers.
 *
 * Any status is a success; JSON is parsed, whatever its type; header names keep their case; the answer of uploadFile is
 * text; a time-out, an abort and a dead server fail with WeChat's errMsg.
 */

import { randomBytes } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { request as openRequest } from 'node:http'
import { basename, extname } from 'node:path'

import type { Platform } from '../../examples/mini-program/miniprogram/api.ts'

export type StandIn = Platform & {
  /** What the mini program keeps, as JSON by key. */
  readonly storage: Map<string, string>
  /** How often wx.login was called. */
  logins(): number
}

type Options<T> = {
  success?: (result: T) => void
  fail?: (error: { errMsg: string }) => void
  complete?: (result: T | { errMsg: string }) => void
}
type Progress = (update: { progress: number; totalBytesSent: number; totalBytesExpectedToSend: number }) => void

/** Creates one that gets the codes of wx.login from `code`. */
export function createWx(code: () => Promise<string>): StandIn {
  const storage = new Map<string, string>()
  let logins = 0
  return {
    storage,
    logins: () => logins,
    login(options) {
      logins++
      settle('login', options, async () => ({ code: await code() }))
    },
    request({ url, method, data, header, timeout, ...options }) {
      const body = data === undefined ? undefined : Buffer.from(JSON.stringify(data))
      const headers = { 'content-type': 'application/json', ...header }
      settle('request', options, async () => {
        const answer = await exchange({ url, method, headers, chunks: body ? [body] : [], timeout })
        return { statusCode: answer.statusCode, header: answer.header, data: parseIfJson(answer.text) }
      })
    },
    uploadFile({ url, filePath, name, formData, timeout, ...options }) {
      const abort = new AbortController()
      const listeners: Progress[] = []
      settle('uploadFile', options, async () => {
        const { headers, chunks } = multipart(formData, { name, filePath, bytes: await readFile(filePath) })
        const onSent = (sent: number) => {
          const total = headers['content-length']
          const progress = Math.floor((100 * sent) / total)
          for (const it of listeners) it({ progress, totalBytesSent: sent, totalBytesExpectedToSend: total })
        }
        const answer = await exchange({ url, method: 'POST', headers, chunks, timeout, onSent, signal: abort.signal })
        return { statusCode: answer.statusCode, data: answer.text }
      })
      return { abort: () => abort.abort(), onProgressUpdate: listener => void listeners.push(listener) }
    },
    getStorage({ key, ...options }) {
      settle('getStorage', options, async () => {
        const found = storage.get(key)
        if (found === undefined) throw new Error('data not found')
        return { data: JSON.parse(found) }
      })
    },
    setStorage({ key, data, ...options }) {
      settle('setStorage', options, async () => storage.set(key, JSON.stringify(data)))
    },
    getFileSystemManager: () => ({
      getFileInfo({ filePath, ...options }) {
        settle('getFileInfo', options, async () => ({ size: (await stat(filePath)).size }))
      },
      readFile({ filePath, position, length, ...options }) {
        settle('readFile', options, async () => {
          const file = await open(filePath)
          const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position)
          await file.close()
          return { data: buffer.buffer.slice(0, bytesRead) }
        })
      },
    }),
  }
}

/** Calls back as `wx` does: later, once, and `complete` after the other. */
function settle<T>(api: string, { success, fail, complete }: Options<T>, work: () => Promise<T>): void {
  work().then(
    result => {
      success?.(result)
      complete?.(result)
    },
    error => {
      const failure = { errMsg: `${api}:fail ${error instanceof Error ? error.message : String(error)}` }
      fail?.(failure)
      complete?.(failure)
    },
  )
}

type Exchange = {
  url: string
  method: string
  headers: Record<string, string | number>
  chunks: readonly Buffer[]
  timeout: number
  onSent?: (bytes: number) => void
  signal?: AbortSignal
}
type Answer = { statusCode: number; header: Record<string, string>; text: string }

function exchange({ url, method, headers, chunks, timeout, onSent, signal }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(url, { method, headers, agent: false })
    const timer = setTimeout(() => request.destroy(new Error('timeout')), timeout)
    const abort = () => request.destroy(new Error('abort'))
    const end = (settled: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      settled()
    }
    request.on('error', error => end(() => reject(new Error(told(error)))))
    request.on('response', response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', error => end(() => reject(new Error(told(error)))))
      response.on('end', () => {
        const header = Object.fromEntries(pairsOf(response.rawHeaders))
        end(() => resolve({ statusCode: response.statusCode ?? 0, header, text: Buffer.concat(parts).toString() }))
      })
    })
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    write(chunks, 0)

    function write([chunk, ...others]: readonly Buffer[], sent: number): void {
      if (chunk === undefined) return void request.end()
      request.write(chunk, error => {
        if (error) return
        onSent?.(sent + chunk.length)
        write(others, sent + chunk.length)
      })
    }
  })
}

/** Ours by their own words; the network's by the words of WeChat's. */
function told({ message }: Error): string {
  return ['timeout', 'abort'].includes(message) ? message : `errcode:-102 net::ERR_FAILED ${message}`
}

const types: Readonly<Record<string, string>> = { '.png': 'image/png', '.gif': 'image/gif', '.webp': 'image/webp' }
const chunkSize = 64 * 1024

/** Each field in its order, and then the file. */
function multipart(formData: object, file: { name: string; filePath: string; bytes: Buffer }) {
  const boundary = `----${randomBytes(12).toString('hex')}`
  const part = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`
  const fields = Object.entries(formData).map(([name, value]) => `${part(`name="${name}"`)}\r\n${value}\r\n`)
  const type = types[extname(file.filePath)] ?? 'image/jpeg'
  const fileHead = `${part(`name="${file.name}"; filename="${basename(file.filePath)}"`)}Content-Type: ${type}\r\n\r\n`
  const body = Buffer.concat([
    Buffer.from(fields.join('') + fileHead),
    file.bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const chunks = Array.from({ length: Math.ceil(body.length / chunkSize) }, (_, index) =>
    body.subarray(index * chunkSize, (index + 1) * chunkSize),
  )
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length }
  return { headers, chunks }
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []))
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
