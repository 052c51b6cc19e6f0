/** The functions' latest lines and errors, by the area that they tell of. */
import { html } from '../../html.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Badge, Empty } from '../../ui.js'

export function Log() {
  const { data, error } = useStage('/areas', ['events'])
  if (error) return html`<p class="banner bad">${error.message}</p>`
  if (data === undefined) return null
  if (data.areas.length === 0)
    return html`<div class="card"><${Empty} title=${t('No lines yet', '还没有日志')} /></div>`
  return html`<div class="work">${data.areas.map(it => html`<${Area} key=${it.name} area=${it} />`)}</div>`
}

function Area({ area: { name, lines, problems } }) {
  return html`<section class="card padded" aria-label=${name}><div class="row"><h2><code>${name}</code></h2>
      ${problems.length > 0 && html`<${Badge} kind="bad">${t(`${problems.length} problems`, `${problems.length} 个问题`)}<//>`}</div>
    ${problems.length > 0 && html`<pre class="code lines" tabindex="0" aria-label=${t('Problems', '问题')}>${problems.join('\n')}</pre>`}
    <pre class="code lines" tabindex="0" aria-label=${t('Lines', '日志')}>${lines.join('\n')}</pre></section>`
}
