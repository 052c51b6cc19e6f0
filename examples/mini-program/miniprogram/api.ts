/**
 * Queqiao's HTTP API as a mini program calls it. Copy this file: it needs nothing but `wx`, and no other file.
 *
 * Everything that fails rejects with an ApiError. What the server answers is read before it is believed.
 */

/** Whether template messages of the Official Account reach this user. */
export type Reach = 'reachable' | 'not-following' | 'no-unionid' | 'unknown'

/** `followedAt` is RFC 3339, there only while the user is `reachable`. */
export type Me = { readonly reach: Reach; readonly followedAt: string | undefined }

/** `served` and `refused` are final; `imageUrl` is there only when `served`, `reason` only when `refused`. */
export type Image = {
  readonly id: string
  readonly state: 'expected' | 'checking' | 'served' | 'refused'
  readonly reason: string | undefined
  readonly imageUrl: string | undefined
}

/** A picture on its way: `done` resolves with its id once it has arrived, and rejects with `aborted` after abort(). */
export type Upload = { readonly done: Promise<string>; abort(): void }

/** What can be asked of the API; each call logs in by itself where it needs to. */
export type Api = {
  /** A session token, for the calls to a back end of your own. */
  token(): Promise<string>
  /** Logs in anew, as it is needed once the two apps share an Open Platform account. */
  logInAgain(): Promise<void>
  me(): Promise<Me>
  /** Sends a picture of the phone; `onProgress` hears of percents, 0 to 100. */
  uploadImage(filePath: string, onProgress?: (percent: number) => void): Upload
  image(id: string): Promise<Image>
  /** Asks until the picture is served or refused, for about a minute; then answers it as it is. */
  awaitImage(id: string): Promise<Image>
}

/**
 * Any failure. `code` is the server's (docs/http-api.md), or one of ours: `network`, `timeout`, `aborted`,
 * `domain-not-listed`, `wx-failed`, `answer-unexpected`, `upload-refused` (then `s3Code` is S3's). `status` is 0 where nothing was answered; `errcode` and
 * `rid` are WeChat's.
 */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly detail: string
  readonly errcode: number | undefined
  readonly rid: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly s3Code: string | undefined

  constructor(code: string, status: number, detail: string, more: ErrorDetails = {}) {
    super(`${code}: ${detail}`)
    // Compiled to ES5 (a switch of the developer tools), a subclass of Error would lose its prototype.
    Object.setPrototypeOf(this, ApiError.prototype)
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.detail = detail
    this.errcode = more.errcode
    this.rid = more.rid
    this.retryAfterSeconds = more.retryAfterSeconds
    this.s3Code = more.s3Code
  }
}

type ErrorDetails = {
  readonly errcode?: number | undefined
  readonly rid?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly s3Code?: string | undefined
}

type Callbacks<T> = { success: (result: T) => void; fail: (error: { errMsg: string }) => void }
type Answer = { statusCode: number; data: unknown; header: object }
type Call = { method: 'GET' | 'POST'; path: string; data?: object }
type Session = { readonly token: string; readonly expiresAt: number }

/** The part of `wx` that is used here; the real one fits. */
export type Platform = {
  login(option: { timeout: number } & Callbacks<{ code: string }>): unknown
  request(
    option: { url: string; method: 'GET' | 'POST'; data?: object; header: object; timeout: number } & Callbacks<Answer>,
  ): unknown
  uploadFile(
    option: { url: string; filePath: string; name: string; formData: object; timeout: number } & Callbacks<{
      statusCode: number
      data: string
    }>,
  ): { abort(): void; onProgressUpdate(listener: (update: { progress: number }) => void): void }
  getStorage(option: { key: string } & Callbacks<{ data: unknown }>): unknown
  setStorage(option: { key: string; data: object } & Callbacks<unknown>): unknown
  getFileSystemManager(): {
    getFileInfo(option: { filePath: string } & Callbacks<{ size: number }>): unknown
    readFile(
      option: { filePath: string; position: number; length: number } & Callbacks<{ data: string | ArrayBuffer }>,
    ): unknown
  }
}

/** `baseUrl` has no slash at its end; `app` is this mini program's name there, empty for the default one; `code` gives a login code, wx.login's unless told otherwise. */
export type ApiOptions = {
  readonly wx: Platform
  readonly baseUrl: string
  readonly app?: string
  readonly code?: () => Promise<string>
  readonly timeoutMs?: number
  readonly now?: () => number
  readonly sleep?: (ms: number) => Promise<void>
}

type Settings = ApiOptions & Required<Pick<ApiOptions, 'app' | 'timeoutMs' | 'now' | 'sleep'>>

// A token that ends within this is not used any more: a call must still arrive with it.
const marginMs = 300_000
// What the server asks to wait for longer, is for the user to decide.
const longestWaitSeconds = 10
// As long as the upload form is good for.
const uploadTimeoutMs = 300_000
const settleMs = 60_000

const reaches: readonly Reach[] = ['reachable', 'not-following', 'no-unionid', 'unknown']
const states: readonly Image['state'][] = ['expected', 'checking', 'served', 'refused']
// The bytes decide: the name of a temporary file need not tell the type.
const signatures: readonly [string, RegExp][] = [
  ['image/jpeg', /^ffd8ff/],
  ['image/png', /^89504e470d0a1a0a/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
]

/** Creates the API; one for the whole mini program, so that all pages share one login. */
export function createApi(options: ApiOptions): Api {
  const settings = { app: '', timeoutMs: 10_000, now: Date.now, sleep: delay, ...options }
  const { wx, sleep } = settings
  const ask = createAsk(settings)
  const sessions = createSessions(settings, ask)

  async function authorized(call: Call): Promise<unknown> {
    const token = await sessions.token()
    try {
      return await ask(call, token)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      return ask(call, await sessions.renew(token))
    }
  }
  const image = async (id: string) =>
    readImage(await authorized({ method: 'GET', path: `/images/${encodeURIComponent(id)}` }))

  return {
    token: sessions.token,
    logInAgain: async () => void (await sessions.renew(await sessions.token())),
    me: async () => readMe(await authorized({ method: 'GET', path: '/me' })),
    uploadImage: (filePath, onProgress = ignore) => startUpload(wx, authorized, { filePath, onProgress }),
    image,
    async awaitImage(id) {
      for (let pause = 500, waited = 0; ; waited += pause, pause = Math.min(pause * 1.5, 5000)) {
        const found = await image(id)
        if (found.state === 'served' || found.state === 'refused' || waited >= settleMs) return found
        await sleep(pause)
      }
    },
  }
}

type Ask = (call: Call, token?: string) => Promise<unknown>

/** Asks the API; where it says to wait a little (429 with Retry-After), waits and asks once more. */
function createAsk({ wx, baseUrl, timeoutMs, sleep }: Settings): Ask {
  async function askOnce({ path, ...call }: Call, token?: string): Promise<unknown> {
    const header = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await promised<Answer>(callbacks =>
      wx.request({ ...call, url: `${baseUrl}${path}`, header, timeout: timeoutMs, ...callbacks }),
    )
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer.data
    throw problemOf(answer)
  }
  return async (call, token) => {
    try {
      return await askOnce(call, token)
    } catch (error) {
      const seconds = error instanceof ApiError && error.status === 429 ? error.retryAfterSeconds : undefined
      if (seconds === undefined || seconds > longestWaitSeconds) throw error
      await sleep(seconds * 1000)
      return askOnce(call, token)
    }
  }
}

/** Keeps one session in memory and in the storage; who asks while a login is under way shares it. */
function createSessions({ wx, baseUrl, app, code, timeoutMs, now }: Settings, ask: Ask) {
  const key = `queqiao-session ${baseUrl}`
  let session: Session | undefined
  let opening: Promise<Session> | undefined
  const isGood = (it: Session | undefined): it is Session => it !== undefined && it.expiresAt - marginMs > now()

  const loginCode = async () => (await promised<{ code: string }>(it => wx.login({ timeout: timeoutMs, ...it }))).code
  async function logIn(): Promise<Session> {
    const given = await (code ?? loginCode)()
    const answer = fieldsOf(
      await ask({ method: 'POST', path: '/login', data: app === '' ? { code: given } : { code: given, app } }),
    )
    const opened = { token: textOf(answer, 'token'), expiresAt: now() + numberOf(answer, 'expiresIn') * 1000 }
    // Without storage the session lives as long as the mini program is open.
    await promised(it => wx.setStorage({ key, data: opened, ...it })).catch(ignore)
    return opened
  }
  async function findOrLogIn(): Promise<Session> {
    const stored = await promised<{ data: unknown }>(it => wx.getStorage({ key, ...it }))
      .then(({ data }) => sessionOf(data))
      .catch(ignore)
    return isGood(stored) ? stored : logIn()
  }
  async function share(open: () => Promise<Session>): Promise<string> {
    if (opening === undefined) {
      opening = open().finally(() => {
        opening = undefined
      })
    }
    session = await opening
    return session.token
  }
  return {
    token: async () => (isGood(session) ? session.token : share(findOrLogIn)),
    /** Logs in anew, unless somebody has done so since the rejected token was given out. */
    renew: async (rejected: string) =>
      session !== undefined && session.token !== rejected ? session.token : share(logIn),
  }
}

type Picture = { filePath: string; onProgress: (percent: number) => void }

/** Gets a form for the picture and sends it straight to S3, which takes it or says why not. */
function startUpload(wx: Platform, authorized: Ask, { filePath, onProgress }: Picture): Upload {
  let isAborted = false
  let task: { abort(): void } | undefined
  const goOn = () => {
    if (isAborted) throw new ApiError('aborted', 0, 'the upload was aborted')
  }
  async function run(): Promise<string> {
    const data = await describe(wx, filePath)
    goOn()
    const { id, url, formData } = readForm(await authorized({ method: 'POST', path: '/images', data }))
    goOn()
    const answer = await promised<{ statusCode: number; data: string }>(callbacks => {
      const started = wx.uploadFile({ url, filePath, name: 'file', formData, timeout: uploadTimeoutMs, ...callbacks })
      started.onProgressUpdate(({ progress }) => onProgress(progress))
      task = started
    })
    if (answer.statusCode >= 200 && answer.statusCode < 300) return id
    throw uploadProblemOf(answer.statusCode, answer.data)
  }
  const abort = () => {
    isAborted = true
    task?.abort()
  }
  return { done: run(), abort }
}

/** What the API asks of a picture, by the file itself. */
async function describe(wx: Platform, filePath: string): Promise<{ contentType: string; size: number }> {
  const files = wx.getFileSystemManager()
  const { size } = await promised<{ size: number }>(it => files.getFileInfo({ filePath, ...it }))
  const length = Math.min(12, size)
  const { data } = await promised<{ data: string | ArrayBuffer }>(it =>
    files.readFile({ filePath, position: 0, length, ...it }),
  )
  const bytes = typeof data === 'string' ? [] : Array.from(new Uint8Array(data))
  const hex = bytes.map(byte => (byte + 256).toString(16).slice(1)).join('')
  const found = signatures.find(([, signature]) => signature.test(hex))
  if (found === undefined) throw new ApiError('image-type', 415, 'the file is no JPEG, PNG, GIF or WebP picture')
  return { contentType: found[0], size }
}

/** Makes a promise of a call of `wx`; statusCode of any number is a success there. */
function promised<T>(start: (callbacks: Callbacks<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    start({ success: resolve, fail: ({ errMsg }) => reject(new ApiError(failureOf(errMsg), 0, errMsg)) })
  })
}

function failureOf(errMsg: string): string {
  if (/timeout|timed out|超时/i.test(errMsg)) return 'timeout'
  if (/:fail abort/.test(errMsg)) return 'aborted'
  if (/not in domain list/.test(errMsg)) return 'domain-not-listed'
  return /^(request|uploadFile):/.test(errMsg) ? 'network' : 'wx-failed'
}

/** Reads application/problem+json; what has another form, as from a gateway, is `answer-unexpected`. */
function problemOf({ statusCode, data, header }: Answer): ApiError {
  const { code, detail, errcode, rid } = fieldsOf(data)
  const isOurs = typeof code === 'string' && typeof detail === 'string'
  const retryAfter = headerOf(header, 'retry-after')
  return new ApiError(
    isOurs ? code : 'answer-unexpected',
    statusCode,
    isOurs ? detail : `the answer has status ${statusCode} and another form`,
    {
      errcode: typeof errcode === 'number' ? errcode : undefined,
      rid: typeof rid === 'string' ? rid : undefined,
      retryAfterSeconds: /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined,
    },
  )
}

/** Reads S3's XML: <Error><Code>EntityTooLarge</Code><Message>…</Message>…</Error>. */
function uploadProblemOf(statusCode: number, data: string): ApiError {
  const read = (name: string) => new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(data.slice(0, 4096))?.[1]
  return new ApiError('upload-refused', statusCode, read('Message') ?? `status ${statusCode}`, { s3Code: read('Code') })
}

/** Header names come in the case that the server, or a proxy, chose. */
function headerOf(header: object, name: string): string {
  const found = Object.entries(header).find(([key]) => key.toLowerCase() === name)
  return found === undefined ? '' : String(found[1])
}

function readMe(body: unknown): Me {
  const { reach, followedAt } = fieldsOf(body)
  return {
    reach: reaches.find(it => it === reach) ?? unexpected('reach'),
    followedAt: typeof followedAt === 'string' ? followedAt : undefined,
  }
}

function readImage(body: unknown): Image {
  const fields = fieldsOf(body)
  const { state, reason, imageUrl } = fields
  return {
    id: textOf(fields, 'id'),
    state: states.find(it => it === state) ?? unexpected('state'),
    reason: typeof reason === 'string' ? reason : undefined,
    imageUrl: typeof imageUrl === 'string' ? imageUrl : undefined,
  }
}

function readForm(body: unknown) {
  const fields = fieldsOf(body)
  const upload = fieldsOf(fields.upload)
  return { id: textOf(fields, 'id'), url: textOf(upload, 'url'), formData: fieldsOf(upload.fields) }
}

function sessionOf(stored: unknown): Session {
  const fields = fieldsOf(stored)
  return { token: textOf(fields, 'token'), expiresAt: numberOf(fields, 'expiresAt') }
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : unexpected(name)
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name]
  return typeof value === 'number' ? value : unexpected(name)
}

function unexpected(name: string): never {
  throw new ApiError('answer-unexpected', 200, `the answer has no good ${name}`)
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}

function ignore(): undefined {
  return undefined
}
