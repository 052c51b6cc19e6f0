/** The callbacks that went out, with the answers of the receiver. */
import { useData } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { Badge, Code, Empty, timeOf } from '../../ui.js'
import { Rows } from './rows.js'

export function Callbacks() {
  const { data } = useData('/pushes', ['callbacks', 'people'])
  const columns = [t('Time', '时间'), t('App', '应用'), t('Event', '事件'), t('Try', '次数'), t('Answer', '回答')]
  if (data === undefined) return null
  if (data.length === 0)
    return html`<${Empty} title=${t('No callbacks yet', '还没有回调')}>${t('Follows, messages and receipts are pushed to the callback URL.', '关注、消息和回执会推送到回调地址。')}<//>`
  return html`<${Rows} label=${t('Callbacks', '回调')} columns=${columns} rows=${data.map(rowOf)} parameter="callback" Detail=${Detail} />`
}

function rowOf({ app, id, event, attempt, at, outcome, status }) {
  const answer = html`<${Badge} kind=${outcome === 'accepted' ? 'good' : 'bad'}>${wordOf(outcome)}${status ? ` ${status}` : ''}<//>`
  return {
    id: `${app}.${id}.${attempt}`,
    title: event,
    cells: [timeOf(at), app, html`<code>${event}</code>`, attempt, answer],
  }
}

function wordOf(outcome) {
  const words = {
    accepted: t('accepted', '已接受'),
    refused: t('refused', '被拒绝'),
    timeout: t('timeout', '超时'),
    unreachable: t('unreachable', '无法连接'),
    dropped: t('dropped by MarkFail', '因 MarkFail 丢弃'),
  }
  return words[outcome] ?? outcome
}

function Detail({ id }) {
  const [app, event] = id.split('.')
  const { data, error } = useData(`/push?app=${encodeURIComponent(app)}&id=${encodeURIComponent(event)}`, ['callbacks'])
  if (error) return html`<p class="hint">${error.message}</p>`
  return (
    data &&
    html`<h2>${t('Pushed, before encryption', '推送内容（加密前）')}</h2><${Code} text=${linesOf(data.plain)} label=${t('Pushed', '推送')} />
    ${data.tries.map(
      it => html`<h2 key=${it.attempt}>${t(`Answer to try ${it.attempt}`, `第 ${it.attempt} 次的回答`)}</h2>
        <${Code} text=${it.body || wordOf(it.outcome)} label=${t('Answer', '回答')} />`,
    )}`
  )
}

/** One element of the XML a line. */
const linesOf = xml =>
  xml
    .replaceAll('><', '>\n<')
    .replaceAll(']]>\n<', ']]><')
    .replaceAll(/(<\/\w+>)(?=<)/g, '$1\n')
