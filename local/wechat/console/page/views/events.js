/** Events: what was pushed, what became of each, and a form to push one. */
import { html } from '../html.js'
import { Arrow } from '../icons.js'
import { placeOf } from '../place.js'
import { useAbout, useTrouble } from '../stage-api.js'
import { t } from '../taste.js'
import { EventList } from './events/list.js'
import { PushForm } from './events/push-form.js'
import { Timeline } from './events/timeline.js'
import { StageNote } from './stage-note.js'

const name = () => t('Events', '事件')

function View() {
  const about = useAbout()
  const trouble = useTrouble()
  if (about === undefined) return html`<${StageNote} trouble=${trouble} />`
  const id = placeOf('event')
  const isPushing = placeOf('push') !== undefined && about.isWriting
  return html`<${StageNote} about=${about} trouble=${trouble} />
    ${
      isPushing
        ? html`<${PushForm} about=${about} />`
        : html`<div class=${`events ${id === undefined ? '' : 'has-event'}`}>
          <${EventList} about=${about} chosen=${id} />
          <${Timeline} key=${id} id=${id} about=${about} />
        </div>`
    }`
}

export const events = { id: 'events', name, part: 'stage', Icon: Arrow, View }
