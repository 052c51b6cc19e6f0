/** What each app has used of its quotas today. */
import { useData } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { numberOf, Table } from '../../ui.js'

export function Quotas() {
  const { data } = useData('/quota', ['calls', 'people'])
  const columns = [
    t('App', '应用'),
    t('Call', '调用'),
    t('Used today', '今日已用'),
    t('A day', '每日'),
    t('A minute', '每分钟'),
  ]
  return (
    data &&
    html`<${Table} label=${t('Quotas', '额度')} columns=${columns} kind="plain">${data.map(quota => html`<${Row} key=${`${quota.app} ${quota.path}`} quota=${quota} />`)}<//>
    <p class="hint foot">${t('Days end at midnight in China.', '每日额度在北京时间零点重置。')}</p>`
  )
}

function Row({ quota: { app, path, used, daily, minute } }) {
  const isOver = used >= daily
  return html`<tr><td>${app}</td><td><code>${path}</code></td>
    <td><meter class=${isOver ? 'over' : ''} min="0" max=${daily} value=${used} aria-label=${t('Used', '已用')}></meter> ${numberOf(used)}</td>
    <td>${numberOf(daily)}</td><td>${minute === undefined ? '–' : numberOf(minute)}</td></tr>`
}
