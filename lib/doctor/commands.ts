/** The commands that a hint may name, for people to copy. */

/** Where the stage is; `local` is the one that npm start runs. */
export type Place = { readonly stage: string; readonly region: string }

/** Sets secrets. */
export function setSecrets(place: Place): string {
  return isLocal(place) ? 'set it in .env, and start the stack again' : `./queqiao secrets ${optionsOf(place)}`
}

/** Shows what was put aside of the events, and moves it back. */
export function redrive(place: Place): string {
  return isLocal(place) ? './queqiao redrive' : `./queqiao redrive ${optionsOf(place)}`
}

/** Shows the quota and what waits for it, and opens the gate. */
export function showQuota(place: Place): string {
  return isLocal(place) ? './queqiao quota' : `./queqiao quota ${optionsOf(place)}`
}

/** Looks everybody up again. */
export function syncEveryone(place: Place): string {
  return isLocal(place) ? './queqiao sync --everyone' : `./queqiao sync --everyone ${optionsOf(place)}`
}

export function readLog(fileName: string, place: Place): string {
  if (isLocal(place)) return 'see the terminal of npm start'
  return `npx --no sls logs -f ${fileName} ${optionsOf(place)}`
}

export function deploy(place: Place): string {
  return isLocal(place) ? 'start the stack again' : `npx --no sls deploy ${optionsOf(place)}`
}

/** Makes the functions take a list of templates that was mended. */
export function takeTemplates(place: Place): string {
  return isLocal(place) ? 'and save it: the running stack reads it anew' : `then ${deploy(place)}`
}

function isLocal({ stage }: Place): boolean {
  return stage === 'local'
}

function optionsOf({ stage, region }: Place): string {
  return `--stage ${stage} --region ${region}`
}
