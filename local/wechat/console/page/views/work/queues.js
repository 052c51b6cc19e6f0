/** The queues with their sizes, and the messages of those that people must look into. */
import { html } from '../../html.js'
import { followLink, linkTo, placeOf } from '../../place.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Badge, numberOf } from '../../ui.js'
import { Letters } from './letters.js'

export function Queues({ about }) {
  const { data, error } = useStage('/queues', ['queues'])
  const queue = placeOf('queue')
  if (error) return html`<p class="banner bad">${error.message}</p>`
  return html`<div class=${queue === undefined ? '' : 'two'}>
    ${data && html`<div class="card scrolled" role="region" aria-label=${t('Queues', '队列')} tabindex="0"><${Table} queues=${data.queues} current=${queue} /></div>`}
    ${queue !== undefined && html`<${Letters} key=${queue} queue=${queue} isWriting=${about.isWriting} />`}</div>`
}

function Table({ queues, current }) {
  const columns = [t('Ready', '可取'), t('Later', '稍后'), t('In work', '处理中')]
  return html`<table class="rows plain" aria-label=${t('Queues', '队列')}>
    <thead><tr><th scope="col">${t('Queue', '队列')}</th>${columns.map(it => html`<th key=${it} scope="col" class="number">${it}</th>`)}</tr></thead>
    <tbody>${queues.map(it => html`<${Row} key=${it.name} queue=${it} isCurrent=${it.name === current} />`)}</tbody></table>`
}

function Row({ queue: { name, purpose, ready, later, inWork }, isCurrent }) {
  const isAside = purpose === 'aside'
  const label = isAside
    ? html`<a href=${linkTo({ queue: name })} onClick=${followLink} aria-current=${isCurrent ? 'true' : undefined}><code>${name}</code></a>`
    : html`<code>${name}</code>`
  const mark =
    isAside && ready + later + inWork > 0
      ? html` <${Badge} kind="bad">${t('look', '请查看')}<//>`
      : purpose === 'held'
        ? html` <${Badge}>${t('quota', '额度')}<//>`
        : ''
  return html`<tr class=${isCurrent ? 'open' : ''}><td><span class="row">${label}${mark}</span></td>
    ${[ready, later, inWork].map((it, at) => html`<td key=${at} class="number">${numberOf(it)}</td>`)}</tr>`
}
