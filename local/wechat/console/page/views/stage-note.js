/** Which stage this is, where it is not the one on this machine, and what is wrong with looking at it. */
import { html } from '../html.js'
import { t } from '../taste.js'
import { Badge } from '../ui.js'

export function StageNote({ about, trouble }) {
  const isLocal = about === undefined || about.stage === 'local'
  return html`<div role="status">${trouble && html`<p class="banner bad">${trouble}</p>`}</div>
    ${
      !isLocal &&
      html`<p class="stage-note"><${Badge} kind="wait">${about.stage}<//>
      ${about.isWriting ? t('What is done here changes this stage.', '这里的操作会改变该环境。') : t('Read-only: nothing here changes the stage.', '只读：这里的操作不会改变该环境。')}</p>`
    }`
}
