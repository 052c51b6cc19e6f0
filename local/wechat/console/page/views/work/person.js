/** The links of a person, and why they can or cannot be reached. */
import { useState } from 'preact/hooks'
import { html } from '../../html.js'
import { goTo, placeOf } from '../../place.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Badge, CopyId, Empty, Select } from '../../ui.js'

const kinds = ['unionid', 'openid', 'miniOpenid']
const words = () => ({
  reachable: ['good', t('reachable', '可达')],
  'not-following': ['bad', t('does not follow', '未关注')],
  'no-unionid': ['bad', t('no unionid', '无 unionid')],
  unknown: ['plain', t('never seen', '没有记录')],
})

export function Person() {
  const kind = kinds.find(it => it === placeOf('kind')) ?? 'unionid'
  const who = placeOf('who')
  const [text, setText] = useState(who ?? '')
  const isOpen = placeOf('whole') === 'on'
  const path = who && `/person?${new URLSearchParams({ [kind]: who, ...(isOpen ? { show: 'ids' } : {}) })}`
  const { data, error } = useStage(path, ['events'])
  const submit = event => {
    event.preventDefault()
    goTo({ who: text.trim() })
  }
  return html`<section class="card padded" aria-label=${t('Reach', '可达性')}>
    <form class="row wrap" onSubmit=${submit}><${Select} hidden label=${t('Kind of id', 'ID 类型')} value=${kind} options=${kinds.map(it => [it, it])} onChange=${value => goTo({ kind: value })} />
      <label class="grow"><span class="unseen">${t('Id', 'ID')}</span><input name="who" value=${text} maxlength="128" autocomplete="off" spellcheck="false" placeholder=${t('Whose messages do not arrive?', '谁收不到消息？')} onInput=${event => setText(event.currentTarget.value)} /></label>
      <button type="submit" class="button main" name="look-up">${t('Look up', '查询')}</button></form>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data ? html`<${Told} person=${data} isOpen=${isOpen} />` : !error && html`<${Empty} title=${t('Enter an id of a person', '输入用户的 ID')}>${t('Their links stand here, and what keeps messages from them.', '这里显示关联的 ID，以及收不到消息的原因。')}<//>`}
  </section>`
}

function Told({ person: { reach, hint, all = [], ids }, isOpen }) {
  const badge = it => html`<${Badge} kind=${words()[it]?.[0]}>${words()[it]?.[1] ?? it}<//>`
  return html`<div class="row wrap"><span>${badge(reach)}</span>${hint && html`<span>${hint}</span>`}</div>
    ${all.length > 1 && html`<dl class="facts">${all.map(it => html`<div key=${it.official}><dt>${it.official}</dt><dd>${badge(it.reach)}</dd></div>`)}</dl>`}
    <dl class="ids">${ids.map(it => html`<${CopyId} key=${`${it.kind} ${it.app}`} name=${it.app ? `${it.kind} · ${it.app}` : it.kind} value=${it.id} />`)}</dl>
    <label class="check"><input type="checkbox" name="whole" checked=${isOpen} onChange=${() => goTo({ whole: isOpen ? undefined : 'on' })} />${t('Whole ids', '显示完整 ID')}</label>`
}
