/** Faults as switches, each with a plain word. */
import { call, useData } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Switch } from '../../ui.js'

const words = () => ({
  'steal-token': [
    t('Steal the token', '偷走令牌'),
    t(
      'All access tokens are refused (40001), until a new one is fetched.',
      '所有 access_token 失效（40001），直到重新获取。',
    ),
  ],
  'allow-list': [
    t('Allow-list', 'IP 白名单'),
    t('Only another address may call (40164, 61004).', '只允许其他地址调用（40164、61004）。'),
  ],
  'day-quota': [
    t("Day's quota used up", '当日额度用尽'),
    t('No template message before midnight in China (45009).', '北京时间零点前不能发模板消息（45009）。'),
  ],
  busy: [t('Busy', '系统繁忙'), t('Every call is answered with -1.', '每次调用都返回 -1。')],
  slow: [t('Slow', '缓慢'), t('Every answer takes three seconds.', '每次回答需要三秒。')],
  'reset-after-sending': [
    t('Resets after sending', '发送后断开'),
    t('The message arrives, the answer does not.', '消息已送达，但没有回答。'),
  ],
  'late-receipts': [t('Late receipts', '回执迟到'), t('Receipts come a minute late.', '回执晚一分钟。')],
  'lost-receipts': [t('Lost receipts', '回执丢失'), t('Receipts never come.', '没有回执。')],
  'mark-fail': [
    t('MarkFail', 'MarkFail'),
    t('No callback for a minute; what happens meanwhile is lost.', '一分钟内不回调，其间的事件丢失。'),
  ],
})

export function Faults({ official }) {
  const path = `/switches?app=${official.name}`
  const { data } = useData(path, ['people', 'calls', 'callbacks'])
  const set = (name, on) => {
    const [word] = words()[name]
    const done = on ? t(`${word}: on`, `${word}：已开启`) : t(`${word}: off`, `${word}：已关闭`)
    return attempt(() => call('/switches', { app: official.name, name, on }), done)
  }
  return html`<section class="card padded" aria-label=${t('Faults', '故障')}><h2>${t('Faults', '故障')}</h2>
    <p class="hint">${t('Break it, and watch your side cope.', '制造故障，观察您的系统如何应对。')}</p>
    ${data?.map(({ name, on }) => {
      const [label, hint] = words()[name]
      return html`<${Switch} key=${name} name=${name} label=${label} hint=${hint} on=${on} onChange=${value => set(name, value)} />`
    })}</section>`
}
