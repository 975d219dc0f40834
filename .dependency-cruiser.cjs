// The import table of ARCHITECTURE.md as rules. Rule names read as sentences.
const cores = '^packages/(templates|segmentation|pose|sam6d)/'
const tests = '[.]test[.]ts$|^apps/[^/]+/test/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['(^|/)main[.]ts$', '[.]worker[.]ts$', '[.]d[.]ts$', 'vite[.]config[.]ts$', '^bench/', tests],
      },
      to: {},
    },
    {
      name: 'apps-are-leaves',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'packages-do-not-know-apps',
      severity: 'error',
      from: { path: '^(packages|kernels)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'geometry-imports-nothing',
      severity: 'error',
      from: { path: '^packages/geometry/', pathNot: tests },
      to: { pathNot: '^packages/geometry/' },
    },
    {
      name: 'kernels-import-geometry-only',
      comment: 'Allowed besides: neighbors from hypotheses and icp, surface from regions.',
      severity: 'error',
      from: { path: '^kernels/([^/]+)/', pathNot: tests },
      to: { pathNot: ['^kernels/$1/', '^packages/geometry/', '^kernels/(neighbors|surface)/'] },
    },
    {
      name: 'contracts-import-geometry-types-only',
      severity: 'error',
      from: { path: '^packages/contracts/', pathNot: tests },
      to: { pathNot: ['^packages/(contracts|geometry)/', 'node_modules/zod/'] },
    },
    {
      name: 'domain-cores-do-not-know-each-other',
      comment: 'sam6d alone may import the two ports it implements.',
      severity: 'error',
      from: { path: '^packages/(templates|segmentation|pose)/' },
      to: { path: cores, pathNot: '^packages/$1/' },
    },
    {
      name: 'cores-have-no-io',
      severity: 'error',
      from: { path: `${cores}|^kernels/|^packages/geometry/|^packages/pipeline/`, pathNot: tests },
      to: {
        path: '^node:|^(fs|path|http|https|net|os|child_process|worker_threads)$|node_modules/(fastify|undici|onnxruntime|sharp|pino|piscina)',
      },
    },
    {
      name: 'onnxruntime-only-in-adapters',
      severity: 'error',
      from: { pathNot: '^packages/inference/src/onnx-node/' },
      to: { path: 'node_modules/onnxruntime' },
    },
    {
      name: 'fastify-only-in-service-kit-and-apps',
      severity: 'error',
      from: { pathNot: '^(packages/service-kit|apps)/' },
      to: { path: 'node_modules/(fastify|@fastify)/' },
    },
    {
      name: 'sharp-only-in-image',
      severity: 'error',
      from: { pathNot: '^packages/image/' },
      to: { path: 'node_modules/sharp/' },
    },
    {
      name: 'through-the-front-door',
      comment:
        'Second doors: service-kit/worker (no HTTP stack in a worker), inference/onnx-node (the runtime), image/rle and mesh/cad-extensions (for browsers), jobs/libsql, jobs/bullmq.',
      severity: 'error',
      from: { path: '^(packages|kernels|apps)/([^/]+)/' },
      to: {
        path: '^(packages|kernels)/[^/]+/src/',
        pathNot: [
          '^(packages|kernels)/$2/',
          '/src/index[.]ts$',
          '^packages/service-kit/src/worker-answer[.]ts$',
          '^packages/image/src/rle[.]ts$',
          '^packages/mesh/src/cad-extensions[.]ts$',
          '^packages/inference/src/onnx-node/open-onnx-session[.]ts$',
          '^packages/jobs/src/(libsql/libsql|bullmq/bullmq)-job-queue[.]ts$',
        ],
      },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { pathNot: [tests, '^packages/testkit/'] },
      to: { path: '^packages/testkit/' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The sources in wasm/ are AssemblyScript: a world of their own, compiled into the module that is imported.
    exclude: { path: '/dist/|^kernels/[^/]+/wasm/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.lint.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
