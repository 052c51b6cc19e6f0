/**
 * The pages of WeChat's consoles that hints refer to. The developer settings of a service account (服务号), the kind that
 * sends template messages, moved to the developers' platform on 1 December 2025 (docs/wechat.md 12.1).
 */

const account = 'mp.weixin.qq.com (服务号)'
const platform = 'developers.weixin.qq.com/platform → 我的业务'
const service = `${platform} → 服务号`
const program = 'mp.weixin.qq.com (小程序)'

export const pages = {
  official: {
    secret: `${service} → 基础信息 → 开发密钥 → AppSecret`,
    allowList: `${service} → 基础信息 → 开发密钥 → API IP白名单`,
    notices: `${account} → 通知中心`,
    messagePush: `${service} → 基础信息 → 域名与消息推送配置 → 消息推送`,
  },
  mini: {
    secret: `${program} → 开发管理 → 开发设置 → AppSecret(小程序密钥)`,
    allowList: `${program} → 开发管理 → 开发设置 → IP白名单`,
    notices: `${program} → 通知中心`,
    messagePush: `${program} → 开发管理 → 开发设置 → 消息推送`,
  },
  serverDomains: `${program} → 开发管理 → 开发设置 → 服务器域名`,
  certification: `${account} → 设置与开发 → 账号设置 → 账号详情 → 认证情况`,
  templates: `${account} → 广告与服务 → 模板消息 → 我的模板`,
  linkedPrograms: `${account} → 广告与服务 → 小程序管理`,
  quotas: `${service} → 接口管理 → 接口权限与额度`,
  bindOfficial: 'open.weixin.qq.com → 管理中心 → 公众账号 → 绑定公众账号',
  bindMini: `${platform} → 开放平台 → 绑定关系 → 小程序`,
} as const
