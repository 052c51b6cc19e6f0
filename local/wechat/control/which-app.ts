/** The app of a control API request: the named one, or that of the first pair. */
import type { App, MiniProgram, OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import { ControlError, type Input } from './input.ts'

/** The app with this name. */
export function appNamed({ apps }: Box, name: string): App {
  const app = apps.byName(name)
  if (app !== undefined) return app
  const names = apps.all().map(known => known.name)
  throw new ControlError(`there is no app "${name}"; "app" must be one of ${names.join(', ')}`)
}

/** The app named in the body; the name is required. */
export function appOf(box: Box, input: Input): App {
  return appNamed(box, input.required('app', input.text('app')))
}

/** The Official Account with this name; the first one by default. */
export function officialNamed(box: Box, name: string | undefined): OfficialAccount {
  const app = name === undefined ? box.apps.official : appNamed(box, name)
  if (app.kind !== 'official') throw new ControlError(`"${app.name}" is a mini program, not an Official Account`)
  return app
}

/** The mini program with this name; the first one by default. */
export function miniNamed(box: Box, name: string | undefined): MiniProgram {
  const app = name === undefined ? box.apps.mini : appNamed(box, name)
  if (app.kind !== 'mini') throw new ControlError(`"${app.name}" is an Official Account, not a mini program`)
  return app
}
