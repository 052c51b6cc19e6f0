/** Work: what the stage is at, what waits, what was put aside, and why somebody is not reached. */
import { html } from '../html.js'
import { Stack } from '../icons.js'
import { goTo, placeOf } from '../place.js'
import { useAbout, useTrouble } from '../stage-api.js'
import { t } from '../taste.js'
import { Panel, Tabs } from '../ui.js'
import { StageNote } from './stage-note.js'
import { Doctor } from './work/doctor.js'
import { Log } from './work/log.js'
import { Person } from './work/person.js'
import { Queues } from './work/queues.js'
import { Quota } from './work/quota.js'
import { Sync } from './work/sync.js'
import { Waits } from './work/waits.js'

const name = () => t('Work', '运行')

const parts = [
  { id: 'queues', name: () => t('Queues', '队列'), Part: Queues },
  { id: 'waits', name: () => t('What waits', '等待'), Part: Waits },
  { id: 'person', name: () => t('Reach', '可达性'), Part: Person },
  { id: 'sync', name: () => t('Follower sync', '关注者同步'), Part: Sync },
  { id: 'quota', name: () => t('Quota', '额度'), Part: Quota },
  { id: 'log', name: () => t('Functions', '函数'), Part: Log, isLocal: true },
  { id: 'doctor', name: () => t('Doctor', '诊断'), Part: Doctor },
]

function View() {
  const about = useAbout()
  const trouble = useTrouble()
  if (about === undefined) return html`<${StageNote} trouble=${trouble} />`
  const shown = parts.filter(it => !it.isLocal || about.isWatched)
  const { id, Part } = shown.find(part => part.id === placeOf('part')) ?? shown[0]
  const choose = part => goTo({ part: part === shown[0].id ? undefined : part, queue: undefined })
  return html`<${StageNote} about=${about} trouble=${trouble} /><div class="work">
    <${Tabs} label=${t('Parts', '部分')} current=${id} tabs=${shown.map(part => ({ id: part.id, text: part.name() }))} onChoose=${choose} />
    <${Panel} id=${id}><${Part} key=${id} about=${about} /><//></div>`
}

export const work = { id: 'work', name, part: 'stage', Icon: Stack, View }
