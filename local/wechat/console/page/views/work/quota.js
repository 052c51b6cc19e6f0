/** The day's quota of an account, its gate, and what is held. */
import { html } from '../../html.js'
import { ask } from '../../stage-api.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Badge, Button, dateOf, numberOf } from '../../ui.js'
import { Fact, PerAccount } from './per-account.js'

export const Quota = ({ about }) =>
  html`<${PerAccount} about=${about} path="/quota" label=${t('Quota', '额度')} Told=${Told} />`

function Told({ data: { status }, app, about, onChanged }) {
  const { quota, closedUntil, reservedUntil, parked, looksAt, errcode } = status
  const isClosed = closedUntil !== undefined && closedUntil > Date.now()
  const date = at => (at === undefined ? undefined : dateOf(at))
  const reopen = () =>
    attempt(() => ask('/quota/reopen', { app }), t('The gate is open.', '闸门已打开。')).then(onChanged)
  return html`<p class="row">${isClosed ? html`<${Badge} kind="wait">${t('closed', '已关闭')}<//>` : html`<${Badge} kind="good">${t('open', '开放')}<//>`}
      ${isClosed && t(`Messages wait until ${dateOf(closedUntil)}, or until quota is back.`, `消息等待到 ${dateOf(closedUntil)}，或额度恢复。`)}</p>
    ${quota && html`<label class="field"><span>${t(`${numberOf(quota.used)} of ${numberOf(quota.limit)} used today`, `今日已用 ${numberOf(quota.used)} / ${numberOf(quota.limit)}`)}</span><progress max=${quota.limit} value=${quota.used}></progress></label>`}
    <dl class="facts"><${Fact} name=${t('Held, usual', '暂存（普通）')} value=${numberOf(parked.usual)} /><${Fact} name=${t('Held, urgent', '暂存（紧急）')} value=${numberOf(parked.urgent)} />
      <${Fact} name=${t('WeChat’s code', '微信返回码')} value=${errcode} /><${Fact} name=${t('Looks again', '下次查看')} value=${date(looksAt)} /><${Fact} name=${t('Reserved until', '保留到')} value=${date(reservedUntil)} /></dl>
    ${isClosed && about.isWriting && html`<div><${Button} name="reopen" onPress=${reopen}>${t('Open the gate now', '立即打开闸门')}<//></div>`}`
}
