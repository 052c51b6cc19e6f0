/** The apps of a box: the first pair, which is the default everywhere, and the added ones. */
import { type App, createMiniProgram, createOfficialAccount, type OfficialAccount, type Surroundings } from './app.ts'
import { type AppIdentity, type AppSetting, completeSetting, problemOfSetting } from './app-setting.ts'

/** All apps. */
export type Apps = ReturnType<typeof createApps>

/** Creates the first pair. */
export function createApps(pair: { official: AppIdentity; mini: AppIdentity }, around: Surroundings) {
  const official = createOfficialAccount(pair.official, around)
  const mini = createMiniProgram(pair.mini, around)
  const apps = new Map<string, App>([official, mini].map(app => [app.name, app]))
  const byAppid = (appid: string) => find(apps, app => app.appid === appid)

  /** Says what is wrong with a new app, or undefined. */
  function problemOf(setting: AppSetting): string | undefined {
    const { name, appid = '' } = setting
    if (apps.has(name)) return `there is an app "${name}" already`
    const other = byAppid(appid)
    return other === undefined ? problemOfSetting(setting) : `"appid" ${appid} is that of "${other.name}"`
  }

  return {
    official,
    mini,
    all: (): readonly App[] => [...apps.values()],
    officialAccounts: (): readonly OfficialAccount[] => [...apps.values()].filter(isOfficial),
    byName: (name: string) => apps.get(name),
    byAppid,
    /** The app that an access token was issued to, even if it is invalid by now. */
    byToken: (text: string) => find(apps, app => app.tokens.stateOf(text) !== 'unknown'),
    problemOf,
    /** Adds an app; throws the problem if there is one. */
    add: (setting: AppSetting): App => {
      const problem = problemOf(setting)
      if (problem !== undefined) throw new Error(problem)
      const app = createApp(completeSetting(setting), around)
      apps.set(app.name, app)
      return app
    },
  }
}

function createApp(identity: AppIdentity, around: Surroundings): App {
  return identity.kind === 'mini' ? createMiniProgram(identity, around) : createOfficialAccount(identity, around)
}

/** Without creating a list, because every call does this. */
function find(apps: ReadonlyMap<string, App>, isWanted: (app: App) => boolean): App | undefined {
  for (const app of apps.values()) if (isWanted(app)) return app
  return undefined
}

function isOfficial(app: App): app is OfficialAccount {
  return app.kind === 'official'
}
