/** The apps of the stage that is packaged, for the other resources: what they make of them goes by names, and by no appid. */

const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const { readApps } = require('../lib/app-list.ts')

const projectFolder = join(__dirname, '..')
const withoutAppids = () => ({ official: '', mini: '' })

/** A list that is wrong gives the pair of a stage without one: deploy/plugin.ts then refuses it, and says what is wrong. */
module.exports = async resolveVariable => {
  // The demo of several accounts has lists of its own.
  const [stage, folder] = await Promise.all([resolveVariable('sls:stage'), resolveVariable("env:LISTS_FOLDER, ''")])
  try {
    return readApps(JSON.parse(readFileSync(join(folder || projectFolder, 'apps.json'), 'utf8')), stage, withoutAppids)
  } catch {
    return readApps({}, stage, withoutAppids)
  }
}
