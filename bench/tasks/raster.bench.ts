// Times the rasteriser on spheres of three sizes and a degenerate mesh: `npx tsx bench/tasks/raster.bench.ts`.
import { rotationAbout, transformFrom, type PinholeCamera, type TriangleMesh } from '@sextant/geometry'
import { createRasterMesh, createRasterTarget, renderInto, type RenderOptions } from '@sextant/raster'

/** Sphere of 2 · rings · segments faces (less the poles), radius mm. */
function sphere(rings: number, segments: number, radius: number): TriangleMesh {
  const positions: number[] = []
  const faces: number[] = []
  for (let i = 0; i <= rings; i++) {
    for (let j = 0; j < segments; j++) {
      const theta = (Math.PI * i) / rings
      const phi = (2 * Math.PI * j) / segments
      const r = radius * Math.sin(theta)
      positions.push(r * Math.cos(phi), r * Math.sin(phi), radius * Math.cos(theta))
      if (i === rings) continue
      const a = i * segments + j
      const b = i * segments + ((j + 1) % segments)
      faces.push(a, b, a + segments, b, b + segments, a + segments)
    }
  }
  return {
    positions: Float32Array.from(positions),
    faces: Uint32Array.from(faces),
    normals: Float32Array.from(positions, (v) => v / radius),
    colors: Uint8Array.from(positions, (v) => 128 + (100 * v) / radius),
  }
}

const cameras: Record<string, PinholeCamera> = {
  '160x120': { fx: 150, fy: 150, cx: 80, cy: 60, width: 160, height: 120 },
  '320x240': { fx: 300, fy: 300, cx: 160, cy: 120, width: 320, height: 240 },
  '640x480': { fx: 600, fy: 600, cx: 320, cy: 240, width: 640, height: 480 },
}
const channels: Record<string, RenderOptions> = {
  depth: {},
  'depth+id': { triangleIds: true },
  all: { objectCoordinates: true, normals: 'face', colors: true },
}
const cases: [string, TriangleMesh, number, string][] = [
  ['500 faces', sphere(16, 16, 50), 250, '160x120'],
  ['2k faces', sphere(32, 32, 50), 240, '160x120'],
  ['2k faces', sphere(32, 32, 50), 470, '320x240'],
  ['5k faces', sphere(50, 50, 50), 400, '320x240'],
  ['45k faces', sphere(150, 150, 50), 700, '640x480'],
  ['45k faces, near', sphere(150, 150, 50), 260, '640x480'],
  ['no faces', { positions: new Float32Array(3), faces: new Uint32Array(0) }, 300, '160x120'],
]

for (const [name, triangles, z, size] of cases) {
  const camera = cameras[size]
  if (camera === undefined) continue
  const mesh = createRasterMesh(triangles)
  const target = createRasterTarget(camera.width, camera.height)
  for (const [channelName, options] of Object.entries(channels)) {
    if (mesh.colors === null && options.colors === true) continue
    const poses = Array.from({ length: 16 }, (_, k) =>
      transformFrom<'camera', 'object'>(rotationAbout([1, 2, 3], k), [k - 8, 8 - k, z]),
    )
    const times: number[] = []
    const heapBefore = process.memoryUsage().heapUsed
    for (let k = 0; k < 600; k++) {
      const pose = poses[k % poses.length]
      if (pose === undefined) continue
      const started = performance.now()
      renderInto(target, mesh, pose, camera, options)
      times.push(performance.now() - started)
    }
    const heap = process.memoryUsage().heapUsed - heapBefore
    times.sort((a, b) => a - b)
    const at = (q: number): string => (times[Math.floor(q * times.length)] ?? 0).toFixed(3)
    const pixels = `${target.coverage.pixelCount} px`
    console.log(
      `${name.padEnd(16)} ${size} ${pixels.padStart(9)} ${channelName.padEnd(9)} median ${at(0.5)} ms  p95 ${at(0.95)} ms  heap ${Math.round(heap / 600)} B/call`,
    )
  }
}
