/**
 * What each errcode of WeChat requires of the caller (docs/wechat.md 11.1).
 *
 * Source: WeChat's page of global return codes (全局返回码) and the pages of the calls, as recorded in
 * test/wechat/error-codes.json; a test compares the table with that file. Deviations from it are in separate tables.
 */

export type ErrcodeClass =
  | 'ok'
  | 'token-invalid'
  | 'transient'
  | 'quota'
  | 'permanent-recipient'
  | 'recipient-later'
  | 'permanent-request'
  | 'config'

/** When an exhausted quota is reset: the next minute, or midnight or the first of the month in China. */
export type QuotaReset = 'minute' | 'day' | 'month'

const codesByClass = {
  ok: [0],
  // biome-ignore format: a table reads better packed
  'token-invalid': [
    40001, 40014, 42001, 42006, 48012,
  ],
  // biome-ignore format: a table reads better packed
  transient: [
    -1000, -1, 43108, 45061, 45066, 45081, 45102, 45501, 61450, 87015, 268487002,
  ],
  // biome-ignore format: a table reads better packed
  'permanent-recipient': [
    -41000, 40003, 40226, 42007, 43004, 43005, 43006, 43019, 43101, 45015, 45047, 45080, 46004, 48002, 49003, 50005,
    87007, 87009,
  ],
  // biome-ignore format: a table reads better packed
  config: [
    40013, 40066, 40090, 40094, 40125, 40164, 40201, 40222, 40243, 41018, 41021, 41032, 41034, 41035, 42005, 43003,
    43007, 43016, 43106, 43107, 43116, 45026, 45035, 45063, 45064, 45103, 45109, 46101, 48001, 48003, 48004, 48008,
    49001, 50001, 50002, 50003, 50004, 50007, 61003, 61004, 61005, 61006, 61007, 61011, 61014, 61015, 61016, 61017,
    61023, 61024, 89501, 89502, 89503, 89504, 89505, 89506, 89507, 200011, 200012, 200022,
  ],
  // biome-ignore format: a table reads better packed
  'permanent-request': [
    -1008, 40002, 40004, 40005, 40006, 40007, 40008, 40009, 40010, 40011, 40012, 40015, 40016, 40017, 40018, 40019,
    40020, 40021, 40022, 40023, 40024, 40025, 40026, 40027, 40028, 40029, 40030, 40031, 40032, 40033, 40034, 40035,
    40036, 40037, 40038, 40039, 40048, 40050, 40051, 40059, 40062, 40097, 40099, 40101, 40102, 40103, 40113, 40116,
    40117, 40118, 40119, 40120, 40121, 40129, 40130, 40132, 40137, 40155, 40159, 40163, 40165, 40166, 40167, 40169,
    40184, 40187, 40188, 40202, 40203, 40210, 40212, 40221, 40246, 40247, 40249, 40252, 41001, 41002, 41003, 41004,
    41005, 41006, 41007, 41008, 41009, 41010, 41011, 41028, 41029, 41030, 41031, 42002, 42003, 42004, 43001, 43002,
    43102, 43103, 43104, 43105, 44001, 44002, 44003, 44004, 44005, 45001, 45002, 45003, 45004, 45005, 45006, 45007,
    45008, 45010, 45012, 45013, 45014, 45016, 45017, 45018, 45019, 45021, 45027, 45051, 45056, 45057, 45058, 45059,
    45065, 45067, 45072, 45157, 45158, 45159, 45168, 46001, 46002, 46003, 47001, 47002, 47003, 47501, 48005, 48011,
    61009, 61010, 61451, 61452, 61453, 61500, 65301, 65302, 65303, 65304, 65305, 65306, 65307, 65308, 65309, 65312,
    65313, 65314, 65316, 65317, 65318, 76001, 76002, 76003, 76004, 76021, 76022, 87008, 87010, 87014, 200013,
    200014, 200016, 200017, 200018, 200019, 200020, 200021,
  ],
  // biome-ignore format: a table reads better packed
  quota: [
    43100, 44991, 44993, 45009, 45011, 45028, 45033, 45040, 45104, 48006, 87020,
  ],
} satisfies Record<Exclude<ErrcodeClass, 'recipient-later'>, readonly number[]>

/**
 * Codes that are in none of WeChat's tables, as reported for message/template/send (docs/wechat.md 11.3): 43117
 * "Sending messages to this openid too frequently, please try later", 40241 "The message is duplicate in 60 seconds".
 */
const unlisted: Readonly<Record<number, ErrcodeClass>> = { 40241: 'recipient-later', 43117: 'recipient-later' }

/**
 * Codes whose meaning depends on the call (docs/wechat.md 11.2). For token calls 40001 means a wrong appsecret, which a
 * new token does not fix. For a message to one person WeChat refuses one that follows another too soon (43108, 45061,
 * 45066, 45081), too many for this person (45033), and a frozen or unexpected recipient (50002, 50003); and it blocks
 * the whole account for a while (45102, 45501). With none of these was the message sent; after an internal failure of
 * WeChat (-1) it may have been.
 */
const overrides: Readonly<Record<string, Readonly<Record<number, ErrcodeClass>>>> = {
  token: { 40001: 'config' },
  stable_token: { 40001: 'config' },
  'template/send': {
    43108: 'recipient-later',
    45033: 'recipient-later',
    45061: 'recipient-later',
    45066: 'recipient-later',
    45081: 'recipient-later',
    45102: 'config',
    45501: 'config',
    50002: 'recipient-later',
    50003: 'recipient-later',
  },
}

/** "In 60 seconds", "after a minute", "at the same moment", by the texts of the codes. */
const secondsByCode: Readonly<Record<number, number>> = { 40241: 60, 43108: 10, 45061: 60, 45066: 60, 45081: 10 }
/** No page says how long "later" is: use the longest delay of SQS. */
const laterSeconds = 900

const duplicates: ReadonlySet<number> = new Set([40241, 45065])

const minuteQuotas: ReadonlySet<number> = new Set([44991, 45011])
const monthQuotas: ReadonlySet<number> = new Set([43100, 45040, 48006])

const classByCode: ReadonlyMap<number, ErrcodeClass> = new Map(
  classNames().flatMap(name => codesByClass[name].map(code => [code, name] as const)),
)

/**
 * Classifies an errcode; `api` is the call that returned it, such as `stable_token`. `recipient-later` means that this
 * message to this person was certainly not sent, and may be sent later.
 *
 * An unknown code is transient: a retry, within the queue's limit, does no harm.
 */
export function classify(errcode: number, api?: string): ErrcodeClass {
  return overrides[api ?? '']?.[errcode] ?? classByCode.get(errcode) ?? unlisted[errcode] ?? 'transient'
}

/** Returns whether the tables contain this errcode. */
export function isKnown(errcode: number): boolean {
  return classByCode.has(errcode) || unlisted[errcode] !== undefined
}

/**
 * Returns whether WeChat refuses a message as a duplicate. 45065 always refers to the same client_msg_id; 40241 was
 * also reported for first messages, so it counts only if an earlier try may have been sent (docs/wechat.md 6.2).
 */
export function isDuplicate(errcode: number): boolean {
  return duplicates.has(errcode)
}

/** Seconds until a message refused with a `recipient-later` code should be retried. */
export function secondsUntilLater(errcode: number): number {
  return secondsByCode[errcode] ?? laterSeconds
}

/** When the quota behind an errcode of class `quota` is reset. */
export function quotaReset(errcode: number): QuotaReset {
  if (minuteQuotas.has(errcode)) return 'minute'
  return monthQuotas.has(errcode) ? 'month' : 'day'
}

function classNames() {
  return ['ok', 'token-invalid', 'transient', 'permanent-recipient', 'config', 'permanent-request', 'quota'] as const
}
