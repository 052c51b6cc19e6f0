/** The calls that came in, each with its question and answer; the box masks secrets. */
import { useData } from '../../api.js'
import { html } from '../../html.js'
import { goTo, placeOf } from '../../place.js'
import { t } from '../../taste.js'
import { Badge, Code, Empty, timeOf } from '../../ui.js'
import { Rows } from './rows.js'

/** More rows than anybody reads; the box keeps 500. */
const shown = 100

export function Calls() {
  const { data } = useData('/exchanges', ['calls', 'people'])
  const onlyFailed = placeOf('failed') === 'on'
  const calls = data?.filter(call => !onlyFailed || call.errcode !== 0 || call.fault !== undefined).slice(0, shown)
  const columns = [t('Time', '时间'), t('App', '应用'), t('Call', '调用'), t('Answer', '回答'), t('Took', '用时')]
  return html`<div class="tools"><label class="check"><input type="checkbox" checked=${onlyFailed}
      onChange=${() => goTo({ failed: onlyFailed ? undefined : 'on', call: undefined })} />${t('Only what failed', '只看失败的')}</label></div>
    ${calls?.length === 0 && html`<${Empty} title=${t('No calls yet', '还没有调用')}>${t('What your side asks WeChat appears here.', '您的系统对微信的调用会显示在这里。')}<//>`}
    ${calls?.length > 0 && html`<${Rows} label=${t('Calls', '调用')} columns=${columns} rows=${calls.map(rowOf)} parameter="call" Detail=${Detail} />`}`
}

function rowOf(call) {
  const { id, at, app, method, path, ms } = call
  const took = ms === undefined ? '…' : `${Math.round(ms)} ms`
  return {
    id: String(id),
    title: `${method} ${path}`,
    cells: [timeOf(at), app, html`<code>${shorten(path)}</code>`, html`<${Answer} call=${call} />`, took],
  }
}

const shorten = path => path.replace(/^\/cgi-bin\//, '').replace(/^\//, '')

function Answer({ call: { errcode, fault } }) {
  if (fault !== undefined && fault !== 'errcode') return html`<${Badge} kind="wait">${fault}<//>`
  return errcode === 0 ? html`<${Badge} kind="good">ok<//>` : html`<${Badge} kind="bad">${errcode}<//>`
}

function Detail({ id }) {
  const { data, error } = useData(`/exchange?id=${encodeURIComponent(id)}`, ['calls'])
  if (error) return html`<p class="hint">${error.message}</p>`
  if (data === undefined) return null
  const { method, path, query, question, answer, fault } = data
  return html`<p><code class="block">${method} ${path}${query && `?${query}`}</code></p>
    ${question && html`<h2>${t('Question', '请求')}</h2><${Code} text=${question} label=${t('Question', '请求')} />`}
    <h2>${t('Answer', '回答')}</h2>
    ${fault && html`<p class="hint">${t(`The fault “${fault}” was applied to it.`, `已按故障“${fault}”处理。`)}</p>`}
    ${answer ? html`<${Code} text=${answer} label=${t('Answer', '回答')} />` : html`<p class="hint">${t('None was worked out.', '没有处理。')}</p>`}`
}
