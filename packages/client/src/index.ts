// Typed HTTP client and remoteStages().
export { RemoteClient, type Remote } from './http.ts'
export { remoteStages, type RemoteStagesOptions } from './remote-stages.ts'
