import { networkInterfaces } from 'node:os'
import { renderUnicodeCompact } from 'uqr'

/** The addresses of everything that runs. */
export type Addresses = {
  api: string
  invoke: string
  wechat: string
  sqs: string
  dynamodb: string
  s3: string
  s3Door: string
  /** The parameter store with the secrets. */
  ssm: string
  eventsQueueUrl: string
}

/** What the banner shows besides the addresses. */
export type BannerOptions = {
  addresses: Addresses
  /** Whether WeChat is the box, with its console. */
  isBox: boolean
  /** The address that phones on the same network use, when the stack listens there. */
  lan: { api: string; console: string } | undefined
  /** The folder in which data is kept; undefined if none is. */
  kept: string | undefined
}

/** Shows a newcomer what to do next: the addresses, a command to try, and how to stop. */
export function renderBanner({ addresses, isBox, lan, kept }: BannerOptions): string {
  const rows: [string, string][] = [
    ['API', addresses.api],
    isBox ? ['WeChat in a box, console', `${addresses.wechat}/`] : ['WeChat', addresses.wechat],
    ['SQS queue for events', addresses.eventsQueueUrl],
    ['S3 for uploads', addresses.s3Door],
    ['S3 itself', addresses.s3],
    ['DynamoDB', addresses.dynamodb],
    ['Lambda invoke', addresses.invoke],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    '',
    ...rows.map(([name, address]) => `  ${name.padEnd(width)}  ${address}`),
    '',
    ...renderNext(addresses, isBox),
    '  IAM is not enforced locally: nobody checks who calls /deliveries and /reach.',
    `  ${describeKept(kept)}`,
    ...(lan ? renderLan(lan, isBox) : []),
    '  Ctrl-C stops everything.  按 Ctrl-C 全部停止。',
    '',
  ].join('\n')
}

function describeKept(kept: string | undefined): string {
  if (kept === undefined) return 'Nothing is kept: all data is gone after this run · 本次数据不保留'
  return `Data is kept in ${kept}; npm start -- --fresh begins without · 数据保留在此目录，--fresh 不使用`
}

/** Finds this machine's address for phones on the same network. */
export function findLanAddress(host: string): string | undefined {
  if (host !== '0.0.0.0' && host !== '::') return host
  const addresses = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

function renderNext({ api, wechat }: Addresses, isBox: boolean): string[] {
  return [
    ...(isBox ? [`  Next:  open ${wechat}/ and let somebody follow · 打开控制台，让用户关注`] : renderFirstDay(api)),
    `  Ask · 查询：  curl '${api}/reach?openid=<openid>'`,
    '  Push an event · 推送事件：  examples/push-event/README.md',
    '  A mini program · 小程序：  examples/mini-program/README.md',
  ]
}

/** First steps with a real account. */
function renderFirstDay(api: string): string[] {
  const event = '--to openid=<openid> --template-id <templateId> --data <key>=<text>'
  return [
    '  Next, with this account · 接下来：',
    '    ./queqiao doctor     what is still wrong, and where to fix it · 检查配置',
    `    POST ${api}/login with {"code": "…"} of wx.login, from the developer tools · 小程序登录`,
    `    ./queqiao send ${event}     the first event · 推送第一条消息`,
    '    ./queqiao sync       reads who follows already · 同步关注者',
    `    Follows and receipts arrive once a public URL points to ${api}/callback · 公网回调地址`,
    '',
  ]
}

function renderLan(lan: { api: string; console: string }, isBox: boolean): string[] {
  const page = isBox ? lan.console : lan.api
  const what = isBox ? `console at ${page}, API at ${lan.api}` : `API at ${lan.api}`
  return ['', `  On the same network · 同一网络：${what}`, renderUnicodeCompact(page, { border: 2 }), '']
}
