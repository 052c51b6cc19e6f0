/** The fixed part of each error text, as recorded on the wire, and the suffixes that follow it. */
import { randomBytes } from 'node:crypto'

const advice = ', could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r'

const texts = {
  '-1': 'system error',
  40001: `invalid credential, access_token is invalid or not latest${advice}`,
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40016: 'invalid button size',
  40017: 'invalid button type',
  40018: 'invalid button name size',
  40019: 'invalid button key size',
  40020: 'invalid button url size',
  40022: 'invalid sub_menu level',
  40023: 'invalid sub button size',
  40024: 'invalid sub button type',
  40025: 'invalid sub button name size',
  40026: 'invalid sub button key size',
  40027: 'invalid sub button url size',
  40029: 'invalid code',
  40032: 'invalid openid list size',
  40036: 'invalid template_id size',
  40037: 'invalid template_id',
  40039: 'invalid url size',
  40054: 'invalid sub button url domain',
  40055: 'invalid button url domain',
  // These two are in the list of codes, never recorded.
  40052: 'invalid action name',
  40053: 'invalid action info',
  40066: 'invalid url',
  40097: 'invalid args',
  40117: 'invalid button media_id size',
  40118: 'invalid sub button media_id size',
  40125: 'invalid appsecret',
  40129: 'invalid scene',
  40163: 'code been used',
  40164: 'invalid ip, not in whitelist',
  40165: 'invalid weapp pagepath',
  40166: 'invalid weapp appid',
  40201: 'invalid check url',
  40202: 'invalid check action',
  40203: 'invalid check operator',
  40226: 'code blocked',
  // Mentioned in forums, but never recorded.
  40241: 'duplicate within 60 seconds',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  41009: 'missing openid',
  42001: 'access_token expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43004: 'require subscribe',
  43019: 'require remove blacklist',
  43101: 'user refuse to accept the msg',
  43116: 'This template_id is banned',
  43117: 'sent to this user too often',
  44002: 'empty post data',
  44003: 'empty news data',
  44004: 'empty content',
  44991: 'reach max api minute quota limit',
  45002: 'content size out of limit',
  45008: 'article size out of limit',
  45009: `reach max api daily quota limit${advice}`,
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45015: 'response out of time limit or subscription is canceled',
  45047: 'out of response count limit',
  45064: 'no permission to use weapp in menu',
  45029: 'qrcode count out of limit',
  45065: 'clientmsgid exist',
  45072: 'invalid command',
  // Its page has no text for it.
  45080: 'need sending message to user within 30 seconds',
  45081: 'you are already typing',
  46003: 'menu no exist',
  47001: 'data format error',
  47003: 'argument invalid!',
  48001: 'api unauthorized',
  48006: 'forbid to clear quota because of reaching the limit',
  61010: 'code is expired',
  76001: 'rid not found, please check',
  76002: 'rid is error',
  76003: 'could not query this rid,no permission',
  76004: 'rid time is error',
  76021: 'cgi_path not found, please check',
  76022: 'could not use this cgi_path，no permission',
  87007: 'session_key is not existd or expired',
  87008: 'invalid sig_method',
  87009: 'invalid signature',
  87020: 'reach max submit times of the same media',
} satisfies Record<string, string>

/** Codes that the box's endpoints return. */
export type Errcode = keyof typeof texts

/**
 * Forms of the trace suffix (docs/wechat.md 1.3): `rid` on /cgi-bin, `comma` on /sns, `hint` on the calls about
 * followers.
 */
export type Suffix = 'rid' | 'comma' | 'hint'

/** The recorded text of a code; unknown codes of fault scripts have none. */
export function errmsgOf(errcode: number): string {
  return new Map(Object.entries(texts)).get(String(errcode)) ?? ''
}

/** A request id: the second of the request, then random. */
export function createRid(seconds: number): string {
  const chance = randomBytes(8).toString('hex')
  return `${seconds.toString(16).padStart(8, '0')}-${chance.slice(0, 8)}-${chance.slice(8)}`
}

/** Appends the request id's suffix to a text. */
export function withSuffix(errmsg: string, suffix: Suffix, rid: string): string {
  if (suffix === 'comma') return `${errmsg}, rid: ${rid}`
  if (suffix === 'rid') return `${errmsg} rid: ${rid}`
  return `${errmsg} hint: [${randomBytes(9).toString('base64url')}] rid: ${rid}`
}
