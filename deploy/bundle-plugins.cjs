/** The plugins of esbuild that the functions are built with. */

module.exports = [...require('./missing-list.cjs'), ...require('./lambda-credentials.cjs')]
