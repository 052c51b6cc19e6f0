/** What a function tells of an Official Account; asked again when the visitor asks, for it may cost calls to WeChat. */
import { useState } from 'preact/hooks'
import { html } from '../../html.js'
import { goTo, placeOf } from '../../place.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Button, Select } from '../../ui.js'

export function PerAccount({ about, path, label, topics = [], Told }) {
  const [round, setRound] = useState(0)
  const app = about.officials.find(it => it === placeOf('app')) ?? about.officials[0]
  const { data, error } = useStage(`${path}?app=${encodeURIComponent(app)}&round=${round}`, topics, { keep: true })
  const again = () => setRound(old => old + 1)
  return html`<section class="card padded" aria-label=${label}>
    <div class="row wrap">${about.officials.length > 1 && html`<${Select} hidden label=${t('Account', '服务号')} value=${app} options=${about.officials.map(it => [it, it])} onChange=${value => goTo({ app: value })} />`}
      <${Button} kind="small" name="ask-again" onPress=${again}>${t('Ask again', '重新查询')}<//></div>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data === undefined && !error && html`<p class="hint">${t('Asking the function …', '正在询问函数……')}</p>`}
    ${data && html`<${Told} data=${data} app=${app} about=${about} onChanged=${again} />`}</section>`
}

export const Fact = ({ name, value }) => value !== undefined && html`<div><dt>${name}</dt><dd>${value}</dd></div>`
