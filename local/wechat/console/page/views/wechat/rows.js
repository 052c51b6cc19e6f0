/** A table whose rows open: what is open is in the URL. */
import { html } from '../../html.js'
import { followLink, linkTo, placeOf } from '../../place.js'
import { Table } from '../../ui.js'

export function Rows({ label, columns, rows, parameter, Detail }) {
  const open = placeOf(parameter)
  return html`<${Table} label=${label} columns=${columns}>${rows.map(row => html`<${Row} key=${row.id} row=${row} width=${columns.length} parameter=${parameter} isOpen=${row.id === open} Detail=${Detail} />`)}<//>`
}

/** The link is in the third cell, the name of the row; the whole row can be clicked. */
function Row({ row: { id, title, cells }, width, parameter, isOpen, Detail }) {
  const link = linkTo({ [parameter]: isOpen ? undefined : id })
  const click = event => event.target.closest('a') ?? event.currentTarget.querySelector('a').click()
  return html`<tr class=${isOpen ? 'open' : ''} onClick=${click}>
      ${cells.map((cell, at) => html`<td key=${at}>${at === 2 ? html`<a href=${link} onClick=${followLink} aria-expanded=${isOpen} title=${title}>${cell}</a>` : cell}</td>`)}
    </tr>
    ${isOpen && html`<tr class="detail"><td colspan=${width}><${Detail} id=${id} /></td></tr>`}`
}
