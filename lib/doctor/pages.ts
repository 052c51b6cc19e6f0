/** The pages of WeChat's consoles that a cure may name. */

const account = 'mp.weixin.qq.com (公众号)'
const program = 'mp.weixin.qq.com (小程序)'
const openPlatform = 'open.weixin.qq.com'

export const pages = {
  official: {
    name: 'Official Account',
    secret: `${account} → 设置与开发 → 基本配置 → 开发者密码(AppSecret)`,
    allowList: `${account} → 设置与开发 → 基本配置 → IP白名单`,
    notices: `${account} → 通知中心`,
  },
  mini: {
    name: 'mini program',
    secret: `${program} → 开发管理 → 开发设置 → AppSecret(小程序密钥)`,
    allowList: `${program} → 开发管理 → 开发设置 → IP白名单`,
    notices: `${program} → 通知中心`,
  },
  serverDomains: `${program} → 开发管理 → 开发设置 → 服务器域名`,
  certification: `${account} → 设置与开发 → 公众号设置 → 账号详情 → 认证情况`,
  templates: `${account} → 广告与服务 → 模板消息 → 我的模板`,
  linkedPrograms: `${account} → 广告与服务 → 小程序管理`,
  messagePush: `${account} → 设置与开发 → 基本配置 → 服务器配置`,
  quotas: `${account} → 设置与开发 → 接口权限`,
  bindOfficial: `${openPlatform} → 管理中心 → 公众账号 → 绑定公众账号`,
  bindMini: `${openPlatform} → 管理中心 → 小程序 → 绑定小程序`,
} as const

export type AppName = 'official' | 'mini'
