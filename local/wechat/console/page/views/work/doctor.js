/** What the doctor finds; it calls WeChat some seven times, so that it is asked by a button. */
import { useState } from 'preact/hooks'
import { html } from '../../html.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Badge, Button, Empty, Table } from '../../ui.js'

const marks = () => ({
  ok: ['good', t('ok', '正常')],
  warning: ['wait', t('warning', '警告')],
  wrong: ['bad', t('wrong', '错误')],
  'not-checked': ['plain', t('not checked', '未检查')],
})

export function Doctor() {
  const [isAsked, setAsked] = useState(false)
  const { data, error } = useStage(isAsked ? '/doctor' : undefined)
  return html`<section class="card padded" aria-label=${t('Doctor', '诊断')}>
    <div class="row"><${Button} kind="main" name="examine" onPress=${async () => setAsked(true)} disabled=${isAsked}>${t('Examine the stage', '检查该环境')}<//>
      <span class="hint">${t('Some seven calls to WeChat for each account.', '每个服务号约调用微信七次。')}</span></div>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data && html`<${Findings} checks=${data.checks} />`}</section>`
}

function Findings({ checks }) {
  if (checks.length === 0) return html`<${Empty} title=${t('Nothing was checked', '没有检查项')} />`
  const columns = [t('Result', '结果'), t('Check', '检查项'), t('In words', '说明')]
  return html`<${Table} label=${t('Findings', '检查结果')} columns=${columns} kind="plain">${checks.map((it, at) => {
    const [mark, word] = marks()[it.status] ?? ['plain', it.status]
    return html`<tr key=${at}><td><${Badge} kind=${mark}>${word}<//></td><td>${it.name}${it.app ? ` · ${it.app}` : ''}</td><td class="words">${it.words}${it.hint ? html`<div class="hint">${it.hint}</div>` : ''}</td></tr>`
  })}<//>`
}
