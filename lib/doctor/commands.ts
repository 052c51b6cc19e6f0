/** The commands that hints tell people to run. */

/** The stage; `local` is the one that npm start runs. */
export type Place = { readonly stage: string; readonly region: string }

/** Sets secrets. */
export function setSecrets(place: Place): string {
  return isLocal(place) ? 'set it in .env, and start the stack again' : `./queqiao secrets ${optionsOf(place)}`
}

/** Lists dead-lettered and in-doubt events, and requeues them. */
export function redrive(place: Place): string {
  return isLocal(place) ? './queqiao redrive' : `./queqiao redrive ${optionsOf(place)}`
}

/** Shows the quota and the events on quota hold, and opens the send gate. */
export function showQuota(place: Place): string {
  return isLocal(place) ? './queqiao quota' : `./queqiao quota ${optionsOf(place)}`
}

/** Looks up all followers again. */
export function syncEveryone(place: Place): string {
  return isLocal(place) ? './queqiao sync --everyone' : `./queqiao sync --everyone ${optionsOf(place)}`
}

export function readLog(fileName: string, place: Place): string {
  if (isLocal(place)) return 'see the terminal of npm start'
  return `npx --no sls logs -f ${fileName} ${optionsOf(place)}`
}

/** What to do about dead letters for which there is no command. */
export function redriveOther(queue: string, place: Place): string {
  return isLocal(place)
    ? 'the terminal of npm start says what was wrong; starting the stack again begins without them'
    : `AWS console → SQS → ${queue} → Start DLQ redrive, once you know from its function’s log what was wrong`
}

export function deploy(place: Place): string {
  return isLocal(place) ? 'start the stack again' : `npx --no sls deploy ${optionsOf(place)}`
}

/** Makes the functions load a corrected list of templates. */
export function takeTemplates(place: Place): string {
  return isLocal(place) ? 'and save it: the running stack reloads it' : `then ${deploy(place)}`
}

/** Whether the stage runs on one machine, without AWS. */
export function isLocal({ stage }: Place): boolean {
  return stage === 'local'
}

function optionsOf({ stage, region }: Place): string {
  return `--stage ${stage} --region ${region}`
}
