import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsError } from '../environment.ts'
import type { Report } from '../lists.ts'

/** A folder in which a local run keeps its data, for itself alone. */
export type KeptFolder = {
  path: string
  /** Nothing was kept there before. */
  isNew: boolean
  /** Moves all that is kept aside, and begins anew. */
  setAside(why: string): void
  close(): void
}

/** Goes up when what is kept has another form. */
const version = 1
const ownersOnly = 0o700

/** Opens the folder `name` below `parent`; throws a SettingsError if another run uses it, or nothing can be written there. What an other version kept is set aside. */
export function openKeptFolder(parent: string, name: string, report: Report): KeptFolder {
  const lock = join(parent, `${name}.lock`)
  try {
    mkdirSync(parent, { recursive: true, mode: ownersOnly })
    takeLock(lock, parent)
  } catch (error) {
    throw error instanceof SettingsError ? error : new SettingsError([unusable(parent, error)])
  }
  const path = join(parent, name)
  const found = readVersion(path)

  function setAside(why: string): void {
    const aside = `${path}.aside-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    renameSync(path, aside)
    create()
    report(`what was kept in ${path} cannot be used (${why}): it is in ${aside} now, and this run begins without it`)
  }
  function create(): void {
    mkdirSync(path, { recursive: true, mode: ownersOnly })
    writeFileSync(join(path, 'version'), `${version}\n`)
  }

  if (found === 'none') create()
  else if (found !== version) setAside(`it is of version ${found}, this is version ${version}`)
  return { path, isNew: found !== version, setAside, close: () => rmSync(lock, { force: true }) }
}

function readVersion(path: string): number | 'none' | 'unknown' {
  try {
    const text = readFileSync(join(path, 'version'), 'utf8').trim()
    return /^\d{1,6}$/.test(text) ? Number(text) : 'unknown'
  } catch {
    return isThere(path) ? 'unknown' : 'none'
  }
}

function isThere(path: string): boolean {
  try {
    mkdirSync(path, { mode: ownersOnly })
    rmSync(path, { recursive: true })
    return false
  } catch {
    return true
  }
}

/** A lock whose process has ended is nobody's. */
function takeLock(lock: string, parent: string): void {
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: 'wx' })
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      const owner = Number(readFileSync(lock, 'utf8'))
      if (isRunning(owner)) throw new SettingsError([inUse(parent, owner)])
      rmSync(lock, { force: true })
    }
  }
  throw new SettingsError([inUse(parent, undefined)])
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function unusable(parent: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : error
  return `Nothing can be kept in ${parent} (${code}): make it a folder that you may write, or start without kept data: npm start -- --fresh`
}

function inUse(parent: string, owner: number | undefined): string {
  const who = owner === undefined ? 'Another npm start' : `Another npm start (process ${owner})`
  return `${who} keeps its data in ${parent}. Stop it, or start without kept data: npm start -- --fresh`
}
