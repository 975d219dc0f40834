// Typed HTTP client, remoteStages(), and the camera's streams.
export { createHostPolicy, type HostPolicy } from './host-policy.ts'
export { RemoteClient, type Remote } from './http.ts'
export { remoteStages, RENDER_REFUSALS, type RemoteStagesOptions } from './remote-stages.ts'
export { RssCamera, type RssCameraOptions, type RssCapture } from './rss-camera.ts'
