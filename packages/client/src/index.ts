// Typed HTTP client and remoteStages().
export {}
