/** What waits, by its reason. */
import { html } from '../../html.js'
import { followLink, linkTo } from '../../place.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Badge, dateOf, Empty, numberOf, Table } from '../../ui.js'
import { wordOf } from '../events/states.js'

export function Waits() {
  const { data, error } = useStage('/waits', ['events', 'queues'])
  if (error) return html`<p class="banner bad">${error.message}</p>`
  if (data === undefined) return null
  if (data.groups.length === 0)
    return html`<div class="card"><${Empty} title=${t('Nothing waits', '没有等待的事件')}>${t('What is tried again in a moment is not written down.', '马上会重试的事件不写入数据表。')}<//></div>`
  const columns = [
    t('State', '状态'),
    t('Reason', '原因'),
    t('Template', '模板'),
    t('Events', '事件数'),
    t('Oldest', '最早'),
    t('Next try', '下次尝试'),
  ]
  return html`<div class="card"><${Table} label=${t('What waits', '等待')} columns=${columns} kind="plain">
    ${data.groups.map(it => html`<${Row} key=${`${it.state} ${it.reason} ${it.template}`} group=${it} />`)}<//>
    ${!data.isAll && html`<p class="hint foot">${t('Of the 500 newest.', '仅统计最新 500 条。')}</p>`}</div>`
}

function Row({ group: { state, reason, template, count, oldest, nextTryAt } }) {
  const [mark, word] = wordOf(state)
  const link = linkTo({ view: 'events', part: undefined, state, template })
  return html`<tr><td><${Badge} kind=${mark}>${word}<//></td><td class="words">${reason}</td><td>${template ?? '–'}</td>
    <td><a href=${link} onClick=${followLink}>${numberOf(count)}</a></td><td>${dateOf(new Date(oldest))}</td><td>${nextTryAt ? dateOf(new Date(nextTryAt)) : '–'}</td></tr>`
}
