/**
 * For esbuild: the AWS clients of a bundle take their credentials from the environment alone, where Lambda puts those of the
 * function's role. The SDK's chain of files, SSO and metadata services is a quarter of a bundle, and never used there.
 */

const chain = /[\\/]@aws-sdk[\\/]credential-provider-node[\\/]dist-\w+[\\/]index\.js$/

module.exports = [
  {
    name: 'lambda-credentials',
    setup(build) {
      build.onLoad({ filter: chain }, () => ({
        contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'",
      }))
    },
  },
]
