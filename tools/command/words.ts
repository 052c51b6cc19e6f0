/** Numbers, durations and instants, for people to read. */

/** 25001 becomes `25,001`. */
export function inThousands(value: number): string {
  return value.toLocaleString('en-US')
}

/** One call, two calls. */
export function counted(count: number, noun: string): string {
  return `${inThousands(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** The two greatest units of a duration. */
export function inUnits(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** An instant (ms) by the clock in China, which WeChat's quotas go by. */
export function inChina(at: number): string {
  const time = new Date(at).toLocaleString('sv-SE', {
    timeZone: 'Asia/Shanghai',
    dateStyle: 'short',
    timeStyle: 'short',
  })
  return `${time} in China`
}
