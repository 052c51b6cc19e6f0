/** A coloured square with the first letter of a name, as a portrait. */
import { html } from '../../html.js'

export function Face({ id, name }) {
  const background = `hsl(${(id * 137 + 210) % 360} 42% 40%)`
  return html`<span class="face" style=${{ background }} aria-hidden="true">${[...name][0] ?? ''}</span>`
}
