// The services of the image: what is run, where it listens by default, what tells its port.
export const SERVICES = {
  main: { app: 'main-server', port: 8001, portVariables: ['PORT'] },
  'ism-server': { app: 'ism-server', port: 8002, portVariables: ['ISM_SERVER_PORT', 'PORT'] },
  'pem-server': { app: 'pem-server', port: 8003, portVariables: ['PEM_SERVER_PORT', 'PORT'] },
  'render-server': { app: 'render-server', port: 8004, portVariables: ['RENDER_SERVER_PORT', 'PORT'] },
  'camera-server': { app: 'camera-server', port: 51000, portVariables: ['CAMERA_SERVER_PORT', 'PORT'] },
  cli: { app: 'cli', port: null, portVariables: [] },
}

/** Built module of a service, relative to this folder. */
export const moduleOf = (name) => `../../apps/${SERVICES[name].app}/dist/main.js`
