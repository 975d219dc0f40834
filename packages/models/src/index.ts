// Networks on disk: the catalogue, conversion of official checkpoints, verification, opening.
export { adaptSamDecoder, adaptSamEncoder } from './adapt-sam.ts'
export { announceNetworks, type NetworkLog } from './announce-networks.ts'
export {
  CATALOGUE,
  catalogueEntry,
  conversionOf,
  exportManifestOf,
  networksFor,
  type CatalogueEntry,
  type Conversion,
} from './catalogue.ts'
export { convertCheckpoint, type ConvertOptions } from './convert-checkpoint.ts'
export { engineInUse, engineStatusOf, networkInUse } from './engine-status.ts'
export { installExport } from './install-export.ts'
export {
  howToInstall,
  inspectModel,
  requireModel,
  verifyModel,
  type InstalledManifest,
  type InstalledModel,
  type SamPorts,
} from './installed-model.ts'
export { createNetworkHost, type NetworkHost, type NetworkInfo } from './network-host.ts'
export { openPoseNetworks, openSegmentationNetworks, type Loaded, type SegmentationNetworks } from './open-networks.ts'
export { PRECISIONS, type Precision } from '@sextant/sam6d'
export { pullCheckpoint, type PullOptions } from './pull-checkpoint.ts'
export { probeProviders, type ProviderVerdict } from './probe-providers.ts'
