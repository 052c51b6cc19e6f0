/** The event as JSON, and its push as producers write it in their language. */
import { useState } from 'preact/hooks'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { toast } from '../../toast.js'
import { Button, Code, copyText, Panel, Tabs } from '../../ui.js'
import { languages } from './languages.js'

export function AsCode({ body, queue }) {
  const [current, setCurrent] = useState('json')
  const tabs = languages.map(({ id, name }) => ({ id, text: name }))
  const { write } = languages.find(it => it.id === current) ?? languages[0]
  const text = write(body, queue)
  const copy = async () => {
    await copyText(text)
    toast(t('Copied', '已复制'))
  }
  return html`<section class="card padded as-code" aria-label=${t('As code', '代码')}>
    <div class="row code-head"><${Tabs} label=${t('Language', '语言')} current=${current} tabs=${tabs} onChoose=${setCurrent} />
      <${Button} kind="small" name="copy-code" onPress=${copy}>${t('Copy', '复制')}<//></div>
    <${Panel} id=${current}><${Code} text=${text} label=${t('Code', '代码')} /><//>
    ${current !== 'json' && html`<p class="hint">${t('With the credentials of a role that may push to this queue.', '需要有向该队列发送消息权限的凭证。')}</p>`}
  </section>`
}
