/** For esbuild: a project without apps.json or replies.json has a list of no stage, which is what the functions are built with then. */

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const namespace = 'missing-list'

module.exports = [
  {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /\/(apps|replies)\.json$/ }, ({ path, resolveDir }) => {
        const file = join(resolveDir, path)
        return existsSync(file) ? undefined : { path: file, namespace }
      })
      build.onLoad({ filter: /./, namespace }, () => ({ contents: '{}', loader: 'json' }))
    },
  },
]
