/** Version of the service, in its documents and in the manifests it writes. */
export const VERSION = '0.1.0'

export const CREATED_BY = `sextant ${VERSION}`
